"""Nobody decides for two weeks, or nothing can be copied so long: the promotion ends, and is asked for anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEvent
from accounts.principals import Principal
from index.errors import AlreadyDecided
from index.flows.copy_promoted import claim
from index.flows.decide_promotion import approve_promotion, lapse_promotion, retry_promotion
from index.flows.promote import Wanted, request_promotion
from index.models import Manifest, Promotion, PromotionState, Registry, Repository
from index.promotion_tasks import lapse_promotions
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant, make_repository

DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def waiting(world: World) -> Promotion:
    """What mila asked for, from acme/app to acme/rel."""
    Registry.objects.update(needs_approval=True)
    target = make_repository("acme/rel")
    make_grant(target, world.mia, Role.WRITER)
    Manifest.objects.create(repository=world.app, digest=DIGEST)
    source = Repository.objects.get(pk=world.app.pk)
    wanted = Wanted(DIGEST, "1.0")
    return request_promotion(source, target, wanted=wanted, by=Principal(world.mia))


def after(days: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


def state() -> str:
    return str(Promotion.objects.get().state)


def test_what_nobody_decides_is_dropped_and_who_asked_is_told(
    waiting: Promotion, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with after(13.9):
        lapse_promotions()
        assert state() == PromotionState.WAITING
    with after(14), django_capture_on_commit_callbacks(execute=True):
        lapse_promotions()
    waiting.refresh_from_db()
    assert waiting.state == PromotionState.DROPPED
    assert waiting.last_problem == "Nobody decided within 14 days: ask anew"
    [told] = mail.outbox
    assert told.to == ["mila@example.com"]
    event = AuditEvent.objects.get(action="repository:promotion:dropped")
    assert (event.actor_name, event.details["note"]) == ("anonymous", waiting.last_problem)


def test_what_is_approved_is_copied_in_time_or_not_at_all(
    world: World,
    waiting: Promotion,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with after(13):
        approve_promotion(waiting, by=Principal(world.olga))
    with after(26.9):
        assert claim(waiting.pk)
    with after(27), django_capture_on_commit_callbacks(execute=True):
        assert claim(waiting.pk) is None
    assert state() == PromotionState.DROPPED
    [told] = mail.outbox
    assert told.to == ["mila@example.com"]


def test_what_is_being_copied_when_its_time_ends_is_copied_on(
    world: World, waiting: Promotion
) -> None:
    with after(1):
        approve_promotion(waiting, by=Principal(world.olga))
    with after(14.999):
        assert claim(waiting.pk)  # a worker is at it
    with after(15):
        lapse_promotions()
    assert state() == PromotionState.COPYING


def test_where_none_is_asked_for_any_more_the_age_of_an_approval_does_not_count(
    world: World, waiting: Promotion
) -> None:
    approve_promotion(waiting, by=Principal(world.olga))
    Registry.objects.update(needs_approval=False)
    with after(30):
        assert claim(waiting.pk)


def test_what_needs_no_approval_is_tried_on(waiting: Promotion) -> None:
    Promotion.objects.update(state=PromotionState.COPYING)
    with after(30):
        lapse_promotions()
    assert state() == PromotionState.COPYING


@pytest.mark.parametrize(("days", "then"), [(13, "copying"), (14, "waiting")])
def test_a_failed_one_that_is_tried_again_late_has_to_be_approved_once_more(
    world: World,
    waiting: Promotion,
    days: int,
    then: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    approve_promotion(waiting, by=Principal(world.olga))
    Promotion.objects.update(state=PromotionState.FAILED, finished_at=timezone.now())
    with after(days), django_capture_on_commit_callbacks(execute=True):
        retried = retry_promotion(waiting, by=Principal(world.mia))
        lapse_promotions()  # its time begins anew
    assert (state(), retried.finished_at) == (then, None)
    assert (retried.decided_at is None) == (then == "waiting")
    assert [told.to for told in mail.outbox] == [["olga@example.com"]] * (then == "waiting")


def test_what_was_answered_a_moment_before_stays(world: World, waiting: Promotion) -> None:
    with after(14):
        approve_promotion(waiting, by=Principal(world.olga))
        lapse_promotion(waiting)
        assert state() == PromotionState.COPYING
        Promotion.objects.update(state=PromotionState.DONE)
        with pytest.raises(AlreadyDecided):
            lapse_promotion(waiting)
