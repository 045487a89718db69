"""Many notifications in one transaction: what is counted, and what a bad one or a kill does to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DataError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from index.event_tasks import prune_events
from index.events import inbox, lane
from index.flows import receive_notification as receiving
from index.flows.apply_registry_event import apply_events
from index.flows.receive_notification import apply_inbox
from index.models import (
    Activity,
    DailyCount,
    Manifest,
    Notification,
    Registry,
    RegistryEvent,
    Repository,
    Tag,
    TagChange,
)
from index.registry_events import read_envelope
from tests.conftest import World
from tests.factories import EVENTS_SECRET, make_digest, make_envelope, make_event

DIGEST = make_digest("image")


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "wake_worker", lambda: None)


@pytest.fixture(autouse=True)
def _born_long_ago(world: World) -> None:
    Repository.objects.update(created_at=datetime(2020, 1, 1, tzinfo=UTC))


def put(world: World, *events: dict[str, Any], registry: Registry | None = None) -> None:
    """Put a notification for each event into the inbox."""
    for event in events:
        inbox.keep((registry or world.east).pk, make_envelope(event))


def pull(name: str = "alice/pub", **more: Any) -> dict[str, Any]:
    """A pull of an image."""
    return make_event("pull", name, digest=DIGEST, **more)


def push(tag: str, actor: str = "", name: str = "alice/pub", **more: Any) -> dict[str, Any]:
    """A push of a tag."""
    return make_event("push", name, digest=more.pop("digest", DIGEST), tag=tag, actor=actor, **more)


def test_a_pull_counts_for_repository_day_manifest_and_tag(world: World) -> None:
    put(world, push("a"), push("b"))
    put(world, pull(tag="a", timestamp="2026-03-01T23:59:59Z"),
        pull(timestamp="2026-03-02T00:00:01Z"), pull(timestamp="2026-03-02T00:00:02Z"))  # fmt: skip
    apply_inbox()
    assert Repository.objects.get(pk=world.public.pk).pull_count == 3
    days = DailyCount.objects.filter(pulls__gt=0).order_by("day").values_list("day", "pulls")
    assert list(days) == [(date(2026, 3, 1), 1), (date(2026, 3, 2), 2)]
    manifest = Manifest.objects.get(digest=DIGEST)
    last = datetime(2026, 3, 2, 0, 0, 2, tzinfo=UTC)
    assert (manifest.pull_count, manifest.last_pulled_at) == (3, last)
    # Only one named a tag; and whoever asks by digest pulls what both tags are.
    assert dict(Tag.objects.values_list("name", "pull_count")) == {"a": 1, "b": 0}
    assert set(Tag.objects.values_list("last_pulled_at", flat=True)) == {last}


def test_the_last_pull_does_not_go_back(world: World) -> None:
    put(world, push("a"))
    for time in ("2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z"):
        put(world, pull(tag="a", timestamp=time))
        apply_inbox()
    for row in (Tag.objects.get(), Manifest.objects.get()):
        assert (row.pull_count, row.last_pulled_at) == (2, datetime(2026, 3, 2, tzinfo=UTC))


def test_two_credentials_of_one_person_are_told_apart(world: World) -> None:
    alice = f"user:{world.alice.pk}"
    put(world, push("a", f"{alice}/token:17"), push("b", f"{alice}/machine:3"), push("c", alice))
    apply_inbox()
    known = {"a": "token:17", "b": "machine:3", "c": ""}
    assert dict(Tag.objects.values_list("name", "pushed_with")) == known
    assert dict(TagChange.objects.values_list("tag", "credential")) == known
    assert set(Tag.objects.values_list("pushed_by", flat=True)) == {world.alice.pk}
    assert set(TagChange.objects.values_list("actor_name", flat=True)) == {"alice"}


@pytest.mark.parametrize("odd", ["/token:17", "user:999/token:1", "x/token:1", "waybill/token:1"])
def test_a_credential_of_nobody_known_is_not_noted(world: World, odd: str) -> None:
    put(world, push("a", odd))
    apply_inbox()
    tag = Tag.objects.get()
    assert (tag.pushed_with, tag.pushed_by) == ("", None)


@pytest.mark.parametrize("odd", ["password:1", "token:", "token:x", "token:1/2", "t" * 50])
def test_what_is_no_credential_is_not_noted(world: World, odd: str) -> None:
    put(world, push("a", f"user:{world.alice.pk}/{odd}"))
    apply_inbox()
    assert list(Tag.objects.values_list("pushed_with", "pushed_by")) == [("", world.alice.pk)]


def test_each_push_and_delete_is_history_and_news(world: World) -> None:
    first, second = make_digest("1"), make_digest("2")
    put(world, push("a", digest=first, timestamp="2026-03-01T00:00:00Z"),
        push("a", digest=second, timestamp="2026-03-02T00:00:00Z"),
        make_event("delete", "alice/pub", tag="a", mediaType="", timestamp="2026-03-03T00:00:00Z"),
        make_event("delete", "alice/pub", tag="a", mediaType="", timestamp="2026-03-04T00:00:00Z"),
        )  # fmt: skip
    apply_inbox()
    history = TagChange.objects.order_by("at").values_list("kind", "digest")
    assert list(history) == [("pushed", first), ("pushed", second), ("deleted", "")]
    news = Activity.objects.order_by("at").values_list("kind", "tag")
    assert list(news) == [("tag.pushed", "a"), ("tag.pushed", "a"), ("tag.deleted", "a")]
    pushes = DailyCount.objects.order_by("day").values_list("day", "pushes")
    assert list(pushes) == [(date(2026, 3, 1), 1), (date(2026, 3, 2), 1)]


def test_a_delete_that_is_told_before_its_push_holds(world: World) -> None:
    put(world, make_event("delete", "alice/pub", tag="a", timestamp="2026-03-02T00:00:00Z"))
    apply_inbox()
    put(world, push("a", timestamp="2026-03-01T00:00:00Z"))
    apply_inbox()
    assert not Tag.objects.exists()


def test_a_digest_that_was_deleted_before_its_push_was_told_stays_away(world: World) -> None:
    put(world, make_event("delete", "alice/pub", digest=DIGEST, timestamp="2026-03-02T00:00:00Z"),
        push("", timestamp="2026-03-01T00:00:00Z"))  # fmt: skip
    apply_inbox()
    assert not Manifest.objects.exists()
    put(world, push("", timestamp="2026-03-03T00:00:00Z"))
    apply_inbox()
    assert Manifest.objects.exists()


def test_a_time_is_read_with_its_zone(world: World) -> None:
    put(world, push("a", timestamp="2026-03-01T02:00:00.123456789+02:00"))
    apply_inbox()
    assert Tag.objects.get().pushed_at == datetime(2026, 3, 1, 0, 0, 0, 123456, tzinfo=UTC)


def test_what_changes_nothing_is_not_remembered(world: World) -> None:
    put(world, pull(method="HEAD"), pull(mediaType="application/octet-stream"), pull("alice/none"))
    apply_inbox()
    assert not RegistryEvent.objects.exists()
    assert not Notification.objects.exists()


def test_the_same_event_twice_in_one_batch_counts_once(world: World) -> None:
    put(world, pull(event_id="one"), pull(event_id="one"), pull(event_id="two"))
    apply_inbox()
    assert Repository.objects.get(pk=world.public.pk).pull_count == 2


def test_two_registries_may_use_the_same_id(world: World) -> None:
    world.app.registry = world.west
    world.app.save()
    put(world, pull(event_id="one"))
    put(world, pull("acme/app", event_id="one"), registry=world.west)
    apply_inbox()
    assert Repository.objects.filter(pull_count=1).count() == 2


def test_it_is_known_when_a_registry_was_last_heard(world: World) -> None:
    put(world, pull("alice/none"))
    apply_inbox()
    world.east.refresh_from_db()
    world.west.refresh_from_db()
    assert world.east.last_heard_at is not None
    assert world.west.last_heard_at is None


def test_many_pulls_cost_as_many_queries_as_few(world: World) -> None:
    def cost(many: int) -> int:
        put(world, *(pull(name) for name in ("alice/pub", "alice/priv") for _ in range(many)))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            apply_inbox()
        return len(queries)

    assert cost(2) == cost(100)


def test_one_that_the_database_refuses_spoils_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = apply_events

    def refuse_one(told: list[Any]) -> Any:
        if any(event.event_id == "bad" for _, event in told):
            message = "value too long\0"
            raise DataError(message)
        return real(told)

    monkeypatch.setattr(receiving, "apply_events", refuse_one)
    put(world, pull(), pull(event_id="bad"), pull(), push("a"))
    apply_inbox()
    assert Repository.objects.get(pk=world.public.pk).pull_count == 2
    assert Tag.objects.exists()
    aside = Notification.objects.get()
    assert (aside.state, aside.problem) == ("quarantined", "DataError: value too long")


def test_a_database_that_is_away_puts_nothing_aside(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_told: list[Any]) -> Any:
        raise OperationalError

    put(world, pull(), pull())
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "apply_events", away)
        with pytest.raises(OperationalError):
            apply_inbox()
    assert Notification.objects.filter(state="new").count() == 2
    apply_inbox()
    assert Repository.objects.get(pk=world.public.pk).pull_count == 2


class _Killed(BaseException):
    """Nobody catches this: the worker is gone."""


def test_whoever_is_killed_in_the_middle_leaves_all_to_the_next(world: World) -> None:
    put(world, pull(), push("a"), pull())

    def kill(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('UPDATE "index_registry"'):
            raise _Killed
        return execute(sql, *rest)

    with connection.execute_wrapper(kill), pytest.raises(_Killed):
        apply_inbox()
    assert not Tag.objects.exists()
    assert not RegistryEvent.objects.exists()
    apply_inbox()
    assert Repository.objects.get(pk=world.public.pk).pull_count == 2
    assert TagChange.objects.count() == 1


def test_of_two_workers_with_the_same_bodies_one_applies_them(world: World) -> None:
    put(world, pull(), push("a"))
    letters = receiving._read_inbox(after=0)
    assert len(receiving._apply_each(letters).namespaces) == 1
    assert len(receiving._apply_each(letters).namespaces) == 0
    assert Repository.objects.get(pk=world.public.pk).pull_count == 1
    assert Activity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_more_than_a_batch_is_applied_to_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what lies behind a gap, and what is read in another thread meanwhile."""
    monkeypatch.setitem(receiving.BATCH, connection.vendor, 3)
    put(world, *(pull() for _ in range(15)))
    numbers = list(Notification.objects.order_by("pk").values_list("pk", flat=True))
    Notification.objects.filter(pk__in=numbers[4:9]).delete()
    apply_inbox()
    assert not Notification.objects.exists()
    assert Repository.objects.get(pk=world.public.pk).pull_count == 10


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("most_bytes", "dearness", "read"), [(1, 1, 1), (10**9, 1, 4), (10**9, 2, 2), (10**9, 100, 1)]
)
def test_a_batch_ends_where_memory_or_the_time_of_others_would(
    world: World, monkeypatch: pytest.MonkeyPatch, most_bytes: int, dearness: int, read: int
) -> None:
    monkeypatch.setattr(receiving, "_MOST_BYTES", most_bytes)
    monkeypatch.setattr(receiving, "_AS_DEAR_AS_PULLS", dearness)
    monkeypatch.setitem(receiving.BATCH, connection.vendor, 4)
    put(world, *(push(str(number)) for number in range(6)))
    assert len(receiving._read_inbox(after=0)) == read
    apply_inbox()
    assert Tag.objects.count() == 6


def test_old_ids_are_forgotten_and_young_ones_kept(world: World) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=3)):
        put(world, pull(event_id="old"))
        apply_inbox()
    put(world, pull(event_id="young"))
    apply_inbox()
    RegistryEvent.objects.filter(event_id="old").update(
        applied_at=timezone.now() - timedelta(days=3)
    )
    prune_events()
    assert list(RegistryEvent.objects.values_list("event_id", flat=True)) == ["young"]


# --- the door -----------------------------------------------------------------------------------


def tell(client: Client, secret: str = EVENTS_SECRET + "east") -> Any:
    """POST a notification."""
    return client.post(
        "/events/east",
        make_envelope(pull()),
        content_type="application/vnd.docker.distribution.events.v2+json",
        headers={"Authorization": f"Bearer {secret}"},
    )


def test_a_full_inbox_leaves_it_to_the_registry(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_WAITING", 2)
    put(world, pull(), pull(), pull())
    inbox.forget()
    answer = tell(client)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert Notification.objects.count() == 3
    apply_inbox()
    inbox.forget()
    assert tell(client).status_code == 202


def test_a_secret_that_was_changed_opens_nothing_at_once(world: World, client: Client) -> None:
    assert tell(client).status_code == 202  # and is remembered
    world.east.events_secret_digest = make_digest("new")[7:]
    world.east.save()
    assert tell(client).status_code == 401
    assert Notification.objects.count() == 1


def test_a_known_registry_costs_one_statement(
    world: World, client: Client, django_assert_num_queries: Any
) -> None:
    tell(client)
    with django_assert_num_queries(1):
        tell(client)


def test_a_body_is_kept_as_it_came(world: World, client: Client) -> None:
    body = b"\x00\xff\xfe"
    client.post("/events/east", body, content_type="x/y",
                headers={"Authorization": f"Bearer {EVENTS_SECRET}east"})  # fmt: skip
    kept = Notification.objects.get()
    assert (bytes(kept.body), kept.state, kept.registry) == (body, "new", world.east)
    assert abs(timezone.now() - kept.received_at) < timedelta(minutes=1)


def test_many_notifications_are_one_message_to_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    timers: list[Any] = []
    sent: list[Any] = []

    class Timer:
        daemon = False

        def __init__(self, _seconds: float, function: Any) -> None:
            timers.append(function)

        def start(self) -> None:
            pass

    monkeypatch.setattr("index.events.inbox.threading.Timer", Timer)
    monkeypatch.setattr(inbox, "start_now", sent.append)
    for _ in range(5):
        inbox.wake_worker()
    assert (len(timers), sent) == (1, [])
    timers[0]()
    inbox.wake_worker()
    assert (len(timers), len(sent)) == (2, 1)
    timers[1]()


def test_pulls_of_blobs_and_looks_are_left_out_when_they_are_read() -> None:
    body = make_envelope(pull(), pull(method="HEAD"), pull(mediaType="application/octet-stream"))
    assert len(read_envelope(body)) == 1
