"""Deliveries: signed, tried again, bounded, and only for who may still know."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.models import Membership, Namespace
from accounts.principals import Principal
from index.activity import note
from index.flows import tell_activity as telling
from index.flows import webhooks as flows
from index.flows.tell_activity import tell_activities
from index.flows.webhooks import WebhookFields, create_webhook
from index.models import Activity, ActivityKind, DeliveryState, Webhook, WebhookDelivery
from index.webhooks import outcome, pruning, sending
from index.webhooks.outcome import PAUSES
from index.webhooks.secrets import make_secret
from index.webhooks.sending import LEASE, _claim, send_due
from index.webhooks.signing import SignatureWrong, verify
from tests.conftest import World
from tests.webhooks.receiver import Receiver, running_receiver


def push(world: World, tag: str = "1.0") -> None:
    """Let mia push a tag of acme/app, and hand the news on."""
    note(
        ActivityKind.PUSHED,
        world.app,
        by=Principal(world.mia),
        tag=tag,
        digest="sha256:" + "a" * 64,
        private_fact="canary-detail",
    )
    tell_activities()


def the_delivery() -> WebhookDelivery:
    """The only one."""
    return WebhookDelivery.objects.get()


def test_a_push_is_delivered_signed(
    world: World, receiver: Receiver, made: tuple[Webhook, str]
) -> None:
    push(world)
    assert send_due() == 1
    (got,) = receiver.received
    verify(made[1], got.headers, got.body)
    body = json.loads(got.body)
    assert (body["version"], body["type"]) == (1, "tag.pushed")
    assert body["data"]["repository"]["name"] == "acme/app"
    assert body["data"]["image"] == "index.test/acme/app:1.0"
    assert body["data"]["actor"] == {"name": "mila", "kind": "user"}
    delivery = the_delivery()
    assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 204, 1)
    assert got.headers["webhook-id"] == str(delivery.pk)


def test_details_that_nobody_published_stay_inside(
    world: World, receiver: Receiver, webhook: Webhook
) -> None:
    push(world)
    send_due()
    assert b"canary" not in receiver.received[0].body


def test_another_body_secret_or_time_is_refused(
    world: World, receiver: Receiver, made: tuple[Webhook, str]
) -> None:
    push(world)
    send_due()
    (got,) = receiver.received
    other = make_secret()
    for secret, headers, body in (
        (other, got.headers, got.body),
        (made[1], got.headers, got.body + b" "),
        (made[1], {**got.headers, "webhook-id": "other"}, got.body),
        (made[1], {**got.headers, "webhook-timestamp": "1"}, got.body),
        (made[1], {**got.headers, "webhook-timestamp": "²"}, got.body),
        (made[1], {**got.headers, "webhook-signature": ""}, got.body),
        (made[1], {}, got.body),
    ):
        with pytest.raises(SignatureWrong):
            verify(secret, headers, body)


def test_an_activity_is_told_once(world: World, webhook: Webhook) -> None:
    push(world)
    Activity.objects.update(told_at=None)  # as if the commit had been lost
    assert tell_activities() == 1
    assert tell_activities() == 0
    assert WebhookDelivery.objects.count() == 1


def test_kinds_and_repositories_that_were_not_asked_for_are_not_sent(
    world: World, webhook: Webhook
) -> None:
    Webhook.objects.update(kinds=[ActivityKind.RENAMED])
    push(world)
    Webhook.objects.update(kinds=[])
    note(ActivityKind.CHANGED, world.private, by=Principal(world.alice))
    tell_activities()
    assert not WebhookDelivery.objects.exists()


def test_a_webhook_of_the_namespace_hears_of_all_its_repositories(
    world: World, receiver: Receiver
) -> None:
    fields = WebhookFields("all", receiver.url)
    create_webhook(world.app.namespace, None, by=Principal(world.olga), fields=fields)
    push(world)
    note(ActivityKind.CHANGED, world.private, by=Principal(world.alice))
    tell_activities()
    assert the_delivery().activity.repository == world.app  # type: ignore[union-attr]


def test_a_former_namespace_hears_nothing_after_a_transfer(
    world: World, receiver: Receiver
) -> None:
    fields = WebhookFields("all", receiver.url)
    create_webhook(world.app.namespace, None, by=Principal(world.olga), fields=fields)
    note(ActivityKind.RENAMED, world.app, by=Principal(world.olga))
    world.app.namespace = Namespace.objects.get(name="alice")
    world.app.save()
    tell_activities()
    assert not WebhookDelivery.objects.exists()


def test_what_waited_is_not_sent_after_a_transfer(world: World, receiver: Receiver) -> None:
    fields = WebhookFields("all", receiver.url)
    create_webhook(world.app.namespace, None, by=Principal(world.olga), fields=fields)
    push(world)
    world.app.namespace = Namespace.objects.get(name="alice")
    world.app.save()
    send_due()
    assert receiver.received == []
    assert "another namespace's" in the_delivery().last_problem


def test_nothing_is_sent_once_its_creator_has_no_rights(
    world: World, receiver: Receiver, webhook: Webhook
) -> None:
    push(world, "before")
    Membership.objects.filter(user=world.olga).delete()
    push(world, "after")
    send_due()
    assert receiver.received == []
    assert the_delivery().state == DeliveryState.FAILED
    assert "answers for this webhook" in the_delivery().last_problem


def test_nothing_is_sent_once_its_creator_is_disabled(
    world: World, receiver: Receiver, webhook: Webhook
) -> None:
    world.olga.is_active = False
    world.olga.save()
    push(world)
    assert not WebhookDelivery.objects.exists()


def test_it_is_tried_again_with_the_same_id_and_given_up_after_three_days(
    world: World, receiver: Receiver, webhook: Webhook
) -> None:
    receiver.answers = [500] * (len(PAUSES) + 1)
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        push(world)
        while the_delivery().state == DeliveryState.WAITING:
            Webhook.objects.update(paused_at=None, busy_until=None)
            clock.move_to(max(the_delivery().next_attempt_at, timezone.now()))
            assert send_due() == 1
        took = timezone.now() - start
    assert len(receiver.received) == len(PAUSES) + 1
    assert len(set(receiver.ids)) == 1
    assert timedelta(days=2) < took < timedelta(days=4.5)
    assert the_delivery().last_problem == "answered 500"


def test_a_failed_one_waits_and_a_later_yes_ends_the_row_of_failures(
    world: World, receiver: Receiver, webhook: Webhook
) -> None:
    receiver.answers = [503]
    push(world)
    assert send_due() == 1
    assert send_due() == 0
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        assert send_due() == 1
    webhook.refresh_from_db()
    assert (webhook.failures_in_a_row, webhook.failing_since) == (0, None)
    assert the_delivery().state == DeliveryState.DELIVERED


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(
    world: World, receiver: Receiver, webhook: Webhook, status: int
) -> None:
    with running_receiver() as inside:
        receiver.answers, receiver.location = [status], inside.url
        push(world)
        send_due()
        assert inside.received == []
    assert the_delivery().last_problem == f"answered {status}: redirects are not followed"


def test_a_webhook_that_fails_for_a_day_pauses_itself_and_says_so(
    world: World,
    receiver: Receiver,
    webhook: Webhook,
    django_capture_on_commit_callbacks: object,
) -> None:
    receiver.answers = [500] * 50
    Webhook.objects.update(failures_in_a_row=9, failing_since=timezone.now() - timedelta(days=2))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        push(world)
        send_due()
    webhook.refresh_from_db()
    assert webhook.paused_at
    assert "10 attempts in a row failed" in webhook.pause_reason
    (told,) = mail.outbox
    assert told.to == ["olga@example.com"]
    assert f"/webhooks/{webhook.pk}" in told.body
    assert the_delivery().state == DeliveryState.WAITING


def test_what_happens_during_a_pause_is_sent_afterwards(
    world: World, receiver: Receiver, webhook: Webhook
) -> None:
    flows.pause_webhook(webhook, by=Principal(world.olga))
    push(world, "1")
    push(world, "2")
    assert send_due() == 0
    flows.resume_webhook(webhook, by=Principal(world.olga))
    assert send_due() == 2
    assert [json.loads(one.body)["data"]["tag"] for one in receiver.received] == ["1", "2"]


def test_410_pauses_at_once(world: World, receiver: Receiver, webhook: Webhook) -> None:
    receiver.answers = [410]
    push(world)
    send_due()
    webhook.refresh_from_db()
    assert "410" in webhook.pause_reason


def test_a_slow_receiver_does_not_block_another(
    world: World, receiver: Receiver, webhook: Webhook
) -> None:
    slow_done = threading.Event()
    with running_receiver() as slow:
        slow.hold = slow_done
        fields = WebhookFields("slow", slow.url)
        create_webhook(world.app.namespace, world.app, by=Principal(world.olga), fields=fields)
        Webhook.objects.filter(pk=webhook.pk).update(busy_until=timezone.now() - LEASE)
        for tag in "123":
            push(world, tag)
        releasing = threading.Thread(target=_release_after, args=(3, receiver, slow))
        releasing.start()
        send_due()
        releasing.join()
    assert len(receiver.received) == 3
    assert slow_done.is_set()


def _release_after(number: int, quick: Receiver, slow: Receiver) -> None:
    """Let the slow one answer only after the quick one has so many, or after a long while."""
    waiting = threading.Event()
    for _ in range(500):
        if len(quick.received) == number or waiting.wait(0.01):
            break
    assert slow.hold
    slow.hold.set()


def test_one_delivery_of_a_webhook_is_under_way_at_a_time(world: World, webhook: Webhook) -> None:
    push(world, "1")
    push(world, "2")
    assert len(list(_claim(16))) == 1
    assert list(_claim(16)) == []


def test_what_a_killed_worker_had_claimed_is_sent_after_the_lease(
    world: World, receiver: Receiver, webhook: Webhook
) -> None:
    push(world)
    (lost,) = _claim(16)
    assert send_due() == 0
    with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1)):
        assert send_due() == 1
    assert receiver.ids == [str(lost.delivery.pk)]


def test_a_webhook_deleted_meanwhile_is_no_error(world: World, webhook: Webhook) -> None:
    push(world)
    (attempt,) = _claim(16)
    webhook.delete()
    outcome.note(attempt.delivery, outcome.Outcome(204, "", 1))
    assert not WebhookDelivery.objects.exists()


def test_more_than_may_wait_is_written_down_as_given_up(
    world: World, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "MOST_WAITING", 2)
    for tag in "123":
        push(world, tag)
    states = WebhookDelivery.objects.order_by("activity_id").values_list("state", flat=True)
    assert list(states) == ["waiting", "waiting", "failed"]


def test_old_deliveries_go(world: World, webhook: Webhook) -> None:
    push(world, "old")
    WebhookDelivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    push(world, "new")
    pruning.prune()
    assert json.loads(the_delivery().body)["data"]["tag"] == "new"


def test_what_becomes_due_while_a_receiver_hangs_is_sent_meanwhile(
    world: World, receiver: Receiver, webhook: Webhook
) -> None:
    with running_receiver() as slow:
        slow.hold = threading.Event()
        fields = WebhookFields("slow", slow.url)
        late, _ = create_webhook(
            world.app.namespace, world.app, by=Principal(world.olga), fields=fields
        )
        later = timezone.now() + timedelta(seconds=0.2)
        push(world, "1")
        WebhookDelivery.objects.exclude(webhook=late).update(next_attempt_at=later)
        releasing = threading.Thread(target=_release_after, args=(1, receiver, slow))
        releasing.start()
        assert send_due() == 2
        releasing.join()
    assert len(receiver.received) == 1


def test_a_process_sends_once_at_a_time(world: World, receiver: Receiver, webhook: Webhook) -> None:
    push(world)
    with sending._at_work:
        assert send_due() == 0
    assert send_due() == 1
