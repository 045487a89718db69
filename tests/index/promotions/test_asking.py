"""Promotions: who may ask for which, and who lets it go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEvent, Namespace, Visibility
from accounts.principals import ANONYMOUS, Principal, principal_of_secret, principal_of_token
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
from index.flows.copy_promoted import claim
from index.flows.decide_promotion import approve_promotion, drop_promotion, refuse_promotion
from index.flows.promote import Wanted, request_promotion
from index.models import Activity, Promotion, PromotionState, Registry, Repository
from index.roles import Role
from tests.factories import make_grant, make_plan, make_user
from tests.index.promotions.stages import DIGEST, Stages
from tests.machines import make_robot, make_secret, make_token


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
