"""Promotions: who may ask, who approves, what is copied, and what a kill or a silent registry leaves."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEvent, Namespace, Visibility
from accounts.principals import ANONYMOUS, Principal, principal_of_secret, principal_of_token
from index.copying.referrers import cosign_tags
from index.errors import (
    AlreadyDecided,
    Denied,
    IndexRefusal,
    OverQuota,
    PromotionRefused,
    RepositoryUnknown,
    TagIsImmutable,
    TagsRefused,
)
from index.flows.copy_promoted import claim, copy_promoted
from index.flows.decide_promotion import (
    approve_promotion,
    drop_promotion,
    refuse_promotion,
    retry_promotion,
)
from index.flows.promote import Wanted, request_promotion
from index.models import (
    Activity,
    BlobLink,
    Manifest,
    Promotion,
    PromotionState,
    Registry,
    Repository,
    Tag,
    TagChange,
    TagClaim,
)
from index.promotion_tasks import continue_promotion
from index.promotions import promotions_of
from index.registry_client import RegistryClient, ServedManifest
from index.roles import Role
from tests.conftest import World
from tests.e2e.lone_registry import LoneRegistry, running_registry
from tests.factories import (
    SERVICE,
    make_grant,
    make_plan,
    make_registry,
    make_repository,
    make_user,
)
from tests.index.pushing import Pusher
from tests.machines import make_robot, make_secret, make_token

DIGEST = "sha256:" + "a" * 64


@dataclass
class Stages:
    """acme/sand on a sandbox, acme/inte on an integration, acme/rel on a release registry."""

    world: World
    sandbox: Repository
    integration: Repository
    release: Repository

    def manifest(self, repository: Repository, tag: str = "", digest: str = DIGEST) -> Manifest:
        """Write a manifest, and perhaps a tag."""
        row, _ = Manifest.objects.get_or_create(repository=repository, digest=digest)
        if tag:
            Tag.objects.create(
                repository=repository, name=tag, manifest=row, pushed_at=timezone.now()
            )
        return row

    def ask(
        self, by: Principal, *, target: Repository | None = None, digest: str = DIGEST
    ) -> Promotion:
        """Ask for the promotion of sandbox to integration, or to another."""
        wanted = Wanted(digest, "1.0", "latest", "tests are green")
        return request_promotion(self.sandbox, target or self.integration, wanted=wanted, by=by)


@pytest.fixture
def stages(world: World) -> Stages:
    """Mila may write everywhere, rita may read everywhere, olga owns acme."""
    found = []
    for name, stage in (("sand", "sandbox"), ("inte", "integration"), ("rel", "release")):
        registry = make_registry(f"reg-{name}")
        registry.stage = stage
        registry.writers = "promotion" if stage == "release" else "anyone"
        registry.save()
        repository = make_repository(f"acme/{name}")
        repository.registry = registry
        repository.save()
        make_grant(repository, world.mia, Role.WRITER)
        make_grant(repository, world.rita, Role.READER)
        found.append(repository)
    made = Stages(world, *found)
    made.manifest(made.sandbox, "latest")
    return made


@pytest.fixture
def mia(stages: Stages) -> Principal:
    """A writer of every stage."""
    return Principal(stages.world.mia)


# --- who may ask ---------------------------------------------------------------------------------


def test_a_writer_asks_and_it_is_written_down_for_good(stages: Stages, mia: Principal) -> None:
    promotion = stages.ask(mia)
    assert promotion.state == PromotionState.COPYING
    assert (promotion.source_name, promotion.source_tag) == ("acme/sand", "latest")
    assert (promotion.requested_by, promotion.requested_by_name) == (mia.subject, "mila")
    event = AuditEvent.objects.get(action="repository:promotion:asked")
    assert (event.target, event.details["source"]) == ("acme/inte:1.0", "acme/sand")


def test_asking_twice_is_the_same_promotion(stages: Stages, mia: Principal) -> None:
    assert stages.ask(mia) == stages.ask(mia)


def test_another_image_to_the_same_tag_waits(stages: Stages, mia: Principal) -> None:
    stages.ask(mia)
    other = "sha256:" + "b" * 64
    stages.manifest(stages.sandbox, digest=other)
    with pytest.raises(PromotionRefused, match="another image is on its way"):
        stages.ask(mia, digest=other)


def test_who_may_only_pull_the_target_may_not(stages: Stages) -> None:
    refused(stages, Principal(stages.world.rita), Denied, "needs the role writer")


def test_nor_who_may_not_see_the_source(stages: Stages) -> None:
    make_grant(stages.integration, stages.world.bob, Role.WRITER)
    refused(stages, Principal(stages.world.bob), RepositoryUnknown, "no repository acme/sand")


def test_nor_who_may_not_see_the_target(stages: Stages) -> None:
    make_grant(stages.sandbox, stages.world.bob, Role.WRITER)
    refused(stages, Principal(stages.world.bob), RepositoryUnknown, "no repository acme/inte")


def test_nor_anybody_whatever_is_public(stages: Stages) -> None:
    Repository.objects.update(visibility=Visibility.PUBLIC)
    refused(stages, ANONYMOUS, Denied, "may not promote")


def test_a_robot_with_the_role_may(stages: Stages) -> None:
    robot = make_robot("acme", by=stages.world.olga)
    for repository in (stages.sandbox, stages.integration):
        make_grant(repository, robot, Role.WRITER)
    from accounts.models import RobotSecret

    make_secret(robot, by=stages.world.olga)
    principal = principal_of_secret(RobotSecret.objects.get(robot=robot))
    assert stages.ask(principal).requested_with == principal.credential


def test_a_token_that_only_pulls_may_not(stages: Stages) -> None:
    from accounts.models import PersonalAccessToken

    make_token(stages.world.mia, actions=["pull"])
    principal = principal_of_token(PersonalAccessToken.objects.get(user=stages.world.mia))
    refused(stages, principal, Denied, "access token leaves less")


@pytest.mark.parametrize("writers", ["builders", "promotion", "anyone"])
def test_whom_the_registry_lets_push_limits_no_promotion(
    stages: Stages, mia: Principal, writers: str
) -> None:
    Registry.objects.update(writers=writers)
    assert stages.ask(mia).state == PromotionState.COPYING


# --- which way -----------------------------------------------------------------------------------


def test_no_stage_is_skipped(stages: Stages, mia: Principal) -> None:
    refused(stages, mia, PromotionRefused, "one step at a time", target=stages.release)


def test_and_none_goes_back_or_stays(stages: Stages, mia: Principal) -> None:
    stages.manifest(stages.integration)
    wanted = Wanted(DIGEST, "1.0")
    with pytest.raises(PromotionRefused, match="one step at a time"):
        request_promotion(stages.integration, stages.sandbox, wanted=wanted, by=mia)
    Registry.objects.update(stage="sandbox")
    refused(stages, mia, PromotionRefused, "one step at a time")


def test_without_stages_there_are_no_steps(stages: Stages, mia: Principal) -> None:
    Registry.objects.filter(stage="release").update(stage="")
    assert stages.ask(mia, target=stages.release).target == stages.release


def test_a_repository_is_not_promoted_into_itself(stages: Stages, mia: Principal) -> None:
    Registry.objects.update(stage="")
    refused(stages, mia, PromotionRefused, "into itself", target=stages.sandbox)


@pytest.mark.parametrize("mode", ["read-only", "archived"])
def test_a_closed_target_takes_nothing(stages: Stages, mia: Principal, mode: str) -> None:
    Repository.objects.filter(pk=stages.integration.pk).update(mode=mode)
    refused(stages, mia, Denied, "takes nothing new")


@pytest.mark.parametrize("state", ["trashed", "deleting"])
def test_a_target_in_the_trash_is_not_there(stages: Stages, mia: Principal, state: str) -> None:
    Repository.objects.filter(pk=stages.integration.pk).update(state=state)
    refused(stages, mia, RepositoryUnknown, "no repository")


def test_a_target_that_moves_takes_nothing_for_a_while(stages: Stages, mia: Principal) -> None:
    soon = timezone.now() + timedelta(minutes=1)
    Repository.objects.filter(pk=stages.integration.pk).update(writes_held_until=soon)
    refused(stages, mia, PromotionRefused, "a few minutes")


def test_an_immutable_tag_stays(stages: Stages, mia: Principal) -> None:
    Repository.objects.filter(pk=stages.integration.pk).update(immutable_tags=["*"])
    stages.manifest(stages.integration, "1.0", digest="sha256:" + "c" * 64)
    refused(stages, mia, TagIsImmutable, "is there and immutable")


def test_what_is_there_already_is_not_promoted(stages: Stages, mia: Principal) -> None:
    stages.manifest(stages.integration, "1.0")
    refused(stages, mia, PromotionRefused, "is that image already")


def test_a_full_plan_takes_nothing(stages: Stages, mia: Principal) -> None:
    plan = make_plan("full", storage_bytes=10)
    Namespace.objects.filter(organization=stages.world.acme).update(plan=plan, storage_used=10)
    refused(stages, mia, OverQuota, "storage")


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(DIGEST, "no tag"),
        Wanted(DIGEST, ""),
        Wanted("sha256:short", "1.0"),
        Wanted(DIGEST, "../1.0"),
    ],
)
def test_what_is_no_tag_or_digest_is_refused(
    stages: Stages, mia: Principal, wanted: Wanted
) -> None:
    with pytest.raises(TagsRefused):
        request_promotion(stages.sandbox, stages.integration, wanted=wanted, by=mia)


def test_an_image_that_the_source_never_had_is_refused(stages: Stages, mia: Principal) -> None:
    with pytest.raises(PromotionRefused, match="has no image"):
        stages.ask(mia, digest="sha256:" + "d" * 64)


def refused(
    stages: Stages,
    by: Principal,
    error: type[IndexRefusal],
    words: str,
    *,
    target: Repository | None = None,
) -> None:
    """Ask, be refused with these words, and leave nothing behind."""
    with pytest.raises(error, match=words):
        stages.ask(by, target=target)
    assert not Promotion.objects.exists()
    assert not AuditEvent.objects.filter(action__contains="promotion").exists()


# --- a second person -----------------------------------------------------------------------------


@pytest.fixture
def waiting(
    stages: Stages,
    mia: Principal,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Promotion:
    """A promotion that waits: mila asked."""
    Registry.objects.filter(stage="integration").update(needs_approval=True)
    with django_capture_on_commit_callbacks(execute=True):
        return stages.ask(mia)


def test_where_approval_is_needed_it_waits_and_those_who_can_approve_are_told(
    waiting: Promotion,
) -> None:
    assert waiting.state == PromotionState.WAITING
    assert claim(waiting.pk) is None
    [told] = mail.outbox
    assert told.to == ["olga@example.com"]
    assert f"/r/acme/inte/-/promotions/{waiting.pk}" in str(told.body)
    assert Activity.objects.get(kind="promotion.asked").tag == "1.0"


def test_an_admin_of_the_target_lets_it_go(waiting: Promotion, stages: Stages) -> None:
    olga = Principal(stages.world.olga)
    approved = approve_promotion(waiting, by=olga, note="looks good")
    assert (approved.state, approved.decided_by) == (PromotionState.COPYING, stages.world.olga)
    assert claim(waiting.pk)
    event = AuditEvent.objects.get(action="repository:promotion:approved")
    assert (event.actor_name, event.details["note"]) == ("olga", "looks good")


def test_of_two_who_answer_one_is_too_late(waiting: Promotion, stages: Stages) -> None:
    refuse_promotion(waiting, by=Principal(stages.world.olga))
    with pytest.raises(AlreadyDecided):
        approve_promotion(waiting, by=Principal(stages.world.root))
    assert Promotion.objects.get().state == PromotionState.REFUSED


def test_nobody_approves_what_they_asked_for(stages: Stages) -> None:
    Registry.objects.filter(stage="integration").update(needs_approval=True)
    own = stages.ask(Principal(stages.world.olga))
    not_approved(own, Principal(stages.world.olga), "a second person")


def test_nor_by_a_token_of_their_own(stages: Stages) -> None:
    from accounts.models import PersonalAccessToken

    Registry.objects.filter(stage="integration").update(needs_approval=True)
    own = stages.ask(Principal(stages.world.olga))
    make_token(stages.world.olga, actions=["push", "delete"])
    token = principal_of_token(PersonalAccessToken.objects.get(user=stages.world.olga))
    not_approved(own, token, "a second person")


def test_no_writer_and_no_robot_approves(waiting: Promotion, stages: Stages) -> None:
    writer = make_user("wilma")
    make_grant(stages.integration, writer, Role.WRITER)
    not_approved(waiting, Principal(writer), "only admins")
    robot = make_robot("acme", by=stages.world.olga)
    make_grant(stages.integration, robot, Role.ADMIN)
    not_approved(waiting, Principal(robot=robot), "only admins")


def test_nor_a_token_that_leaves_less_than_all(waiting: Promotion, stages: Stages) -> None:
    from accounts.models import PersonalAccessToken

    make_token(stages.world.olga, actions=["push"])
    token = principal_of_token(PersonalAccessToken.objects.get(user=stages.world.olga))
    not_approved(waiting, token, "only admins")


def test_what_who_asked_may_no_longer_do_is_not_approved(
    waiting: Promotion, stages: Stages
) -> None:
    stages.sandbox.grants.all().delete()
    with pytest.raises(RepositoryUnknown):
        approve_promotion(waiting, by=Principal(stages.world.olga))
    stages.world.mia.is_active = False
    stages.world.mia.save()
    with pytest.raises(PromotionRefused, match="gone or disabled"):
        approve_promotion(waiting, by=Principal(stages.world.olga))
    assert Promotion.objects.get().state == PromotionState.WAITING


def test_a_tag_that_became_immutable_meanwhile_is_not_approved(
    waiting: Promotion, stages: Stages
) -> None:
    Repository.objects.filter(pk=stages.integration.pk).update(immutable_tags=["1.*"])
    stages.manifest(stages.integration, "1.0", digest="sha256:" + "c" * 64)
    with pytest.raises(TagIsImmutable):
        approve_promotion(waiting, by=Principal(stages.world.olga))


def test_who_asked_hears_of_a_refusal(
    waiting: Promotion,
    stages: Stages,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        refuse_promotion(waiting, by=Principal(stages.world.olga), note="not before the audit")
    [told] = mail.outbox
    assert told.to == ["mila@example.com"]
    assert "What became of it: refused." in str(told.body)
    assert "audit" not in str(told.body)  # what people write freely goes into no mail


def test_who_asked_may_drop_it_and_strangers_may_not(
    waiting: Promotion, stages: Stages, mia: Principal
) -> None:
    with pytest.raises(Denied):
        drop_promotion(waiting, by=Principal(stages.world.rita))
    assert drop_promotion(waiting, by=mia).state == PromotionState.DROPPED
    with pytest.raises(AlreadyDecided):
        drop_promotion(waiting, by=mia)


def not_approved(promotion: Promotion, by: Principal, words: str) -> None:
    with pytest.raises(Denied, match=words):
        approve_promotion(promotion, by=by)
    with pytest.raises(Denied, match=words):
        refuse_promotion(promotion, by=by)
    assert Promotion.objects.get().state == PromotionState.WAITING


# --- the copying, with real registries -----------------------------------------------------------


Pair = tuple[LoneRegistry, LoneRegistry]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two registries for all tests of this module."""
    folder = tmp_path_factory.mktemp("registries")
    rows = [Registry(name=name, service=SERVICE) for name in ("reg-sand", "reg-inte")]
    with running_registry(folder, rows[0]) as sand, running_registry(folder, rows[1]) as inte:
        yield sand, inte


@pytest.fixture
def lone(stages: Stages, pair: Pair) -> Pair:
    """The registries of sandbox and integration, where nobody was before."""
    for repository, registry in zip((stages.sandbox, stages.integration), pair, strict=True):
        repository.stored_name = f"acme/{secrets.token_hex(8)}"
        repository.save()
        repository.registry.upstream_url = registry.url
        repository.registry.save()
    return pair


def push(stages: Stages) -> tuple[str, str]:
    """Push a signed index to the sandbox; return its digest and its signature's."""
    pusher = Pusher(RegistryClient(stages.sandbox.registry, stages.sandbox.stored_name))
    children = [
        pusher.image(name.encode() * 1000, platform=f"linux/{name}") for name in ("amd64", "arm64")
    ]
    digest = pusher.index(*children, tag="latest")
    signature = pusher.signature(digest, b"signed by cosign")
    pusher.referrer(children[0], b"an SBOM")
    stages.manifest(stages.sandbox, digest=digest)
    return digest, signature


def run(promotion: Promotion) -> Promotion:
    """Let a worker at it."""
    claimed = claim(promotion.pk)
    assert claimed, "it is not due"
    copy_promoted(claimed)
    return Promotion.objects.get(pk=promotion.pk)


def let_the_lease_run_out() -> None:
    """Be four minutes later; the registry's own clock goes on as it does."""
    Promotion.objects.update(next_attempt_at=timezone.now())
    TagClaim.objects.update(claimed_at=timezone.now() - timedelta(minutes=4))


def target_client(stages: Stages) -> RegistryClient:
    return RegistryClient(stages.integration.registry, stages.integration.stored_name)


def test_index_children_and_what_refers_to_them_are_promoted_and_recorded(
    stages: Stages, mia: Principal, lone: Pair
) -> None:
    digest, signature = push(stages)
    done = run(stages.ask(mia, digest=digest))
    assert (done.state, done.last_problem) == (PromotionState.DONE, "")
    assert (done.manifests_copied, done.referrers_copied, done.bytes_mounted) == (5, 2, 0)
    assert done.bytes_copied == done.size
    client = target_client(stages)
    assert client.digest_of("1.0") == digest
    assert client.digest_of(cosign_tags(digest)[0]) == signature
    tag = stages.integration.tags.get(name="1.0")
    assert (tag.manifest.digest, tag.pushed_by) == (digest, stages.world.mia)
    assert stages.integration.tags.count() == 3  # with the signature's, and the list of referrers
    change = TagChange.objects.get(repository=stages.integration, tag="1.0")
    assert (change.kind, change.digest, change.actor) == ("promoted", digest, mia.subject)
    event = AuditEvent.objects.get(action="repository:promoted")
    assert (event.actor_name, event.details["digest"]) == ("mila", digest)
    assert Activity.objects.get(kind="tag.promoted").repository == stages.integration
    described = stages.integration.manifests.exclude(described_at=None)
    assert described.count() == stages.integration.manifests.count() == 6
    assert BlobLink.objects.filter(repository=stages.integration).count() == 7
    assert Namespace.objects.get(organization=stages.world.acme).storage_used > 8000


def test_on_one_registry_nothing_is_copied(stages: Stages, mia: Principal, lone: Pair) -> None:
    stages.integration.registry = stages.sandbox.registry
    stages.integration.save()
    Registry.objects.update(stage="")
    digest, _ = push(stages)
    done = run(stages.ask(mia, digest=digest))
    assert (done.state, done.bytes_copied) == (PromotionState.DONE, 0)
    assert done.bytes_mounted == done.size


def test_the_digest_counts_and_not_where_the_tag_went_meanwhile(
    stages: Stages, mia: Principal, lone: Pair
) -> None:
    digest, _ = push(stages)
    promotion = stages.ask(mia, digest=digest)
    Pusher(RegistryClient(stages.sandbox.registry, stages.sandbox.stored_name)).image(
        b"newer", tag="latest"
    )
    run(promotion)
    assert target_client(stages).digest_of("1.0") == digest


def test_a_silent_registry_is_waited_for_ever_longer(
    stages: Stages, mia: Principal, lone: Pair
) -> None:
    digest, _ = push(stages)
    promotion = stages.ask(mia, digest=digest)
    lone[1].stop()
    with time_machine.travel(timezone.now(), tick=False):
        failed = run(promotion)
        assert (failed.state, failed.attempts) == (PromotionState.COPYING, 1)
        assert "registry reg-inte" in failed.last_problem
        assert failed.next_attempt_at == timezone.now() + timedelta(seconds=10)
        assert claim(promotion.pk) is None
    lone[1].start()
    Promotion.objects.update(next_attempt_at=timezone.now())
    continue_promotion(promotion.pk)
    assert Promotion.objects.get().state == PromotionState.DONE


def test_and_given_up_after_ten_times_but_can_be_tried_again(
    stages: Stages, mia: Principal, lone: Pair
) -> None:
    digest, _ = push(stages)
    promotion = stages.ask(mia, digest=digest)
    lone[0].stop()
    Promotion.objects.update(attempts=9)
    assert run(promotion).state == PromotionState.FAILED
    with pytest.raises(Denied):
        retry_promotion(promotion, by=Principal(stages.world.rita))
    lone[0].start()
    assert run(retry_promotion(promotion, by=mia)).state == PromotionState.DONE


def test_an_image_that_is_gone_fails_at_once_and_says_so(
    stages: Stages, mia: Principal, lone: Pair
) -> None:
    failed = run(stages.ask(mia))
    assert failed.state == PromotionState.FAILED
    assert "is not there any more" in failed.last_problem
    assert target_client(stages).tags() == []


def test_a_plan_without_room_fails_before_anything_is_copied(
    stages: Stages, mia: Principal, lone: Pair
) -> None:
    digest, _ = push(stages)
    plan = make_plan("small", storage_bytes=1000)
    Namespace.objects.filter(organization=stages.world.acme).update(plan=plan)
    failed = run(stages.ask(mia, digest=digest))
    assert failed.state == PromotionState.FAILED
    assert "small" in failed.last_problem
    assert target_client(stages).tags() == []
    assert failed.bytes_copied == 0


def test_a_tag_that_the_registry_alone_knows_of_stays_where_tags_never_change(
    stages: Stages, mia: Principal, lone: Pair
) -> None:
    digest, _ = push(stages)
    client = target_client(stages)
    theirs = Pusher(client).image(b"pushed a moment ago", tag="1.0")
    Repository.objects.filter(pk=stages.integration.pk).update(immutable_tags=["*"])
    failed = run(stages.ask(mia, digest=digest))
    assert failed.state == PromotionState.FAILED
    assert "immutable" in failed.last_problem
    assert client.digest_of("1.0") == theirs


@pytest.mark.parametrize("dies_at", range(6))
def test_a_worker_killed_anywhere_leaves_nothing_that_the_next_does_not_finish(
    stages: Stages,
    mia: Principal,
    lone: Pair,
    monkeypatch: pytest.MonkeyPatch,
    dies_at: int,
) -> None:
    """The process ends before a manifest is put, or after all of them and before the rows."""

    class Killed(BaseException):
        """What no `except` of ours takes."""

    digest, _ = push(stages)
    Repository.objects.filter(pk=stages.integration.pk).update(immutable_tags=["*"])
    promotion = stages.ask(mia, digest=digest)
    put, calls = RegistryClient.put_manifest, []

    def die(client: RegistryClient, reference: str, served: object) -> bool:
        calls.append(reference)
        if len(calls) > dies_at:
            raise Killed
        return put(client, reference, served)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(RegistryClient, "put_manifest", die)
        with pytest.raises(Killed):
            run(promotion)
    assert stages.integration.tags.count() == 0
    assert target_client(stages).digest_of("1.0") is None
    let_the_lease_run_out()
    done = run(promotion)
    assert done.state == PromotionState.DONE
    assert target_client(stages).digest_of("1.0") == digest


def test_killed_between_the_tag_and_the_rows_it_is_finished_too(
    stages: Stages, mia: Principal, lone: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, _ = push(stages)
    Repository.objects.filter(pk=stages.integration.pk).update(immutable_tags=["*"])
    promotion = stages.ask(mia, digest=digest)

    def die(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("index.flows.copy_promoted.record_copy", die)
        with pytest.raises(KeyboardInterrupt):
            run(promotion)
    assert target_client(stages).digest_of("1.0") == digest
    let_the_lease_run_out()
    assert run(promotion).state == PromotionState.DONE
    assert stages.integration.tags.get(name="1.0").manifest.digest == digest


def test_what_is_dropped_meanwhile_gets_no_tag(
    stages: Stages, mia: Principal, lone: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, _ = push(stages)
    promotion = stages.ask(mia, digest=digest)
    monkeypatch.setattr("index.flows.copy_promoted._RENEW_EVERY", 0.0)
    claimed = claim(promotion.pk)
    assert claimed
    drop_promotion(promotion, by=mia)
    copy_promoted(claimed)
    assert Promotion.objects.get().state == PromotionState.DROPPED
    assert target_client(stages).digest_of("1.0") is None


def test_two_workers_do_not_work_on_one(stages: Stages, mia: Principal) -> None:
    promotion = stages.ask(mia)
    assert claim(promotion.pk)
    assert claim(promotion.pk) is None


def test_a_target_closed_meanwhile_gets_nothing(stages: Stages, mia: Principal, lone: Pair) -> None:
    digest, _ = push(stages)
    promotion = stages.ask(mia, digest=digest)
    Repository.objects.filter(pk=stages.integration.pk).update(state="trashed")
    failed = run(promotion)
    assert (failed.state, failed.bytes_copied) == (PromotionState.FAILED, 0)
    assert target_client(stages).tags() == []


def test_while_writes_are_held_it_is_put_off(stages: Stages, mia: Principal, lone: Pair) -> None:
    digest, _ = push(stages)
    promotion = stages.ask(mia, digest=digest)
    soon = timezone.now() + timedelta(minutes=1)
    Repository.objects.filter(pk=stages.integration.pk).update(writes_held_until=soon)
    assert run(promotion).state == PromotionState.COPYING


def test_and_however_long_that_takes_it_does_not_fail(
    stages: Stages, mia: Principal, lone: Pair
) -> None:
    digest, _ = push(stages)
    promotion = stages.ask(mia, digest=digest)
    soon = timezone.now() + timedelta(minutes=1)
    Registry.objects.filter(pk=stages.integration.registry_id).update(writes_held_until=soon)
    Promotion.objects.update(attempts=9)
    held = run(promotion)
    assert (held.state, held.attempts) == (PromotionState.COPYING, 9)
    assert held.next_attempt_at > timezone.now()


def test_copying_stops_where_a_garbage_collection_begins(
    stages: Stages, mia: Principal, lone: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, _ = push(stages)
    promotion = stages.ask(mia, digest=digest)
    real = RegistryClient.put_manifest

    def hold_then_put(client: RegistryClient, reference: str, served: ServedManifest) -> bool:
        soon = timezone.now() + timedelta(minutes=10)
        Registry.objects.filter(pk=client.registry.pk).update(writes_held_until=soon)
        return real(client, reference, served)

    monkeypatch.setattr(RegistryClient, "put_manifest", hold_then_put)
    monkeypatch.setattr("index.flows.copy_promoted._RENEW_EVERY", 0)
    held = run(promotion)
    assert (held.state, held.attempts) == (PromotionState.COPYING, 0)
    assert not target_client(stages).has_manifest(digest)


@pytest.mark.parametrize("loss", ["grant", "account"])
def test_who_lost_the_right_meanwhile_promotes_nothing(
    stages: Stages, mia: Principal, lone: Pair, loss: str
) -> None:
    digest, _ = push(stages)
    promotion = stages.ask(mia, digest=digest)
    if loss == "grant":
        stages.integration.grants.all().delete()
    else:
        stages.world.mia.is_active = False
        stages.world.mia.save()
    failed = run(promotion)
    assert (failed.state, failed.bytes_copied) == (PromotionState.FAILED, 0)
    assert target_client(stages).tags() == []


def test_who_writes_to_the_source_does_not_learn_of_targets_that_they_cannot_see(
    stages: Stages, mia: Principal
) -> None:
    promotion = stages.ask(mia)
    make_grant(stages.sandbox, stages.world.bob, Role.WRITER)
    bob = Principal(stages.world.bob)
    assert list(promotions_of(stages.sandbox, mia)) == [promotion]
    assert list(promotions_of(stages.sandbox, bob)) == []


def test_a_push_that_came_after_the_tag_stays(
    stages: Stages, mia: Principal, lone: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, _ = push(stages)
    promotion = stages.ask(mia, digest=digest)
    newer = stages.manifest(stages.integration, digest="sha256:" + "e" * 64)
    Tag.objects.create(
        repository=stages.integration,
        name="1.0",
        manifest=newer,
        pushed_at=timezone.now() + timedelta(minutes=1),
    )
    assert run(promotion).state == PromotionState.DONE
    assert stages.integration.tags.get(name="1.0").manifest == newer
