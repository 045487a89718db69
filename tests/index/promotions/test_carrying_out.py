"""Promotions carried out: what real registries get, and what a kill or a silent one leaves."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AuditEvent, Namespace
from accounts.principals import Principal
from index.copying.referrers import cosign_tags
from index.errors import Denied
from index.flows.copy_promoted import claim, copy_promoted
from index.flows.decide_promotion import drop_promotion, retry_promotion
from index.models import (
    Activity,
    BlobLink,
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
from tests.e2e.lone_registry import LoneRegistry, running_registry
from tests.factories import SERVICE, make_grant, make_plan
from tests.index.promotions.stages import Stages
from tests.index.pushing import Pusher

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
