"""What is kept of looking at registries, and when administrators hear of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from index.flows.check_registry import check_registry, prune_checks
from index.models import Registry, RegistryCheck, RegistryState
from index.registry_health import sentence_of, slots_of, troubles_of
from index.registry_tasks import check_registries
from tests.conftest import World
from tests.e2e.lone_registry import LoneRegistry, running_registry

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def lone(world: World, tmp_path: Path) -> Iterator[LoneRegistry]:
    with running_registry(tmp_path, world.east) as lone:
        yield lone


def notifications(check: RegistryCheck) -> dict[str, Any]:
    return next(finding for finding in check.findings if finding["check"] == "notifications")


def heard(registry: Registry, at: datetime) -> None:
    Registry.objects.filter(pk=registry.pk).update(last_heard_at=at)
    registry.refresh_from_db()


def checked(world: World, capture: DjangoCaptureOnCommitCallbacks) -> RegistryCheck:
    with capture(execute=True):
        return check_registry(world.east, thoroughly=True)


def test_a_quiet_registry_is_written_to_and_judged_by_what_comes_back(
    world: World, lone: LoneRegistry
) -> None:
    first = notifications(check_registry(world.east))
    assert (first["verdict"], "wrote_at" in first) == ("unknown", True)
    heard(world.east, timezone.now())
    second = notifications(check_registry(world.east))
    assert (second["verdict"], "wrote_at" in second) == ("good", False)


def test_what_never_comes_back_is_trouble(world: World, lone: LoneRegistry) -> None:
    first = check_registry(world.east)
    long_ago = (timezone.now() - timedelta(minutes=3)).isoformat()
    notifications(first)["wrote_at"] = long_ago
    first.save()
    heard(world.east, timezone.now() - timedelta(hours=1))
    second = check_registry(world.east)
    assert not second.is_healthy
    assert notifications(second)["wrote_at"] == long_ago
    assert "the events secret" in notifications(second)["words"]
    heard(world.east, timezone.now())
    assert check_registry(world.east).is_healthy


def test_a_registry_that_speaks_is_left_alone(world: World, lone: LoneRegistry) -> None:
    heard(world.east, timezone.now())
    assert notifications(check_registry(world.east))["verdict"] == "good"
    assert not (lone.storage / "repositories").exists()


def test_nothing_is_written_while_garbage_is_collected(world: World, lone: LoneRegistry) -> None:
    world.east.writes_held_until = timezone.now() + timedelta(minutes=5)
    check_registry(world.east, thoroughly=True)
    assert not (lone.storage / "repositories").exists()


def test_administrators_hear_once_of_trouble_and_once_of_its_end(
    world: World,
    lone: LoneRegistry,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    checked(world, django_capture_on_commit_callbacks)
    lone.stop()
    for told in (0, 1, 1, 1):
        checked(world, django_capture_on_commit_callbacks)
        assert len(mail.outbox) == told
    lone.start()
    for told in (2, 2):
        checked(world, django_capture_on_commit_callbacks)
        assert len(mail.outbox) == told
    trouble, well = mail.outbox
    assert trouble.to == ["rooty@example.com"]
    assert trouble.subject == "[Waybill] Registry east is in trouble"
    assert "- Answers" in trouble.body
    assert "http://index.test/manage/registries/east" in trouble.body
    assert well.subject == "[Waybill] Registry east is OK again"


def test_one_bad_check_is_a_restart(
    world: World,
    lone: LoneRegistry,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    for stops in (False, True, False, True, False):
        lone.stop()
        if not stops:
            lone.start()
        checked(world, django_capture_on_commit_callbacks)
    assert mail.outbox == []


def test_beat_looks_at_all_that_are_not_retired(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    Registry.objects.filter(name="west").update(state=RegistryState.RETIRED)
    with django_capture_on_commit_callbacks(execute=True):
        check_registries()
    assert [check.registry for check in RegistryCheck.objects.all()] == [world.east]


def test_the_command_fails_where_one_is_in_trouble(world: World, lone: LoneRegistry) -> None:
    output = StringIO()
    call_command("registries", "check", "east", stdout=output)
    assert "east  GOOD     tokens" in output.getvalue()
    with pytest.raises(CommandError, match="In trouble: west"):
        call_command("registries", "check", stdout=output)
    with pytest.raises(CommandError, match="no registry north"):
        call_command("registries", "check", "north")


def note(registry: Registry, at: datetime, *, healthy: bool) -> None:
    bad = [{"check": "tokens", "verdict": "bad", "words": "x"}]
    findings = [] if healthy else bad
    RegistryCheck.objects.create(
        registry=registry, at=at, is_healthy=healthy, milliseconds=5, findings=findings
    )


def test_old_checks_thin_out_and_trouble_stays_longer(world: World) -> None:
    for days, minute, healthy in (
        (1, 7, True), (3, 0, True), (3, 7, True), (3, 8, False), (31, 0, True), (31, 8, False),
    ):  # fmt: skip
        at = (NOON - timedelta(days=days)).replace(minute=minute)
        note(world.east, at, healthy=healthy)
    with time_machine.travel(NOON, tick=False):
        prune_checks()
    left = RegistryCheck.objects.order_by("-at").values_list("at__day", "at__minute")
    assert list(left) == [(21, 7), (19, 8), (19, 0)]


def test_a_day_is_told_in_half_hours_and_in_words(world: World) -> None:
    for minutes, healthy in ((1, True), (2, False), (45, True), (24 * 60 + 1, False)):
        note(world.east, NOON - timedelta(minutes=minutes), healthy=healthy)
    with time_machine.travel(NOON, tick=False):
        slots = slots_of(world.east)
        assert [slot.verdict for slot in slots[-3:]] == ["unknown", "good", "bad"]
    assert sentence_of(slots).startswith("3 checks in the last day, 1 of them in trouble")


def test_bad_checks_in_a_row_are_one_trouble(world: World) -> None:
    for minutes in (500, 499, 498, 3, 2):
        note(world.east, NOON - timedelta(minutes=minutes), healthy=False)
    newest, oldest = troubles_of(world.east)
    assert (newest.began_at, newest.ended_at) == (
        NOON - timedelta(minutes=3), NOON - timedelta(minutes=2),
    )  # fmt: skip
    assert oldest.began_at == NOON - timedelta(minutes=500)
    assert [str(title) for title in oldest.titles] == ["Takes our tokens"]
