"""Send what is due: one delivery of each webhook at a time, many webhooks at once.

Claims are leases in the database, so any number of workers may send, and one that is killed loses
nothing: its delivery is due again when the lease ends, under the same id. A receiver that is slow or
away rests after each attempt, and holds one of the threads for ten seconds at most.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta

from cryptography.fernet import InvalidToken
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.outgoing import OutgoingRefused, post
from index.models import DeliveryState, Webhook, WebhookDelivery
from index.webhooks import outcome
from index.webhooks.rights import Rights
from index.webhooks.secrets import decrypt
from index.webhooks.signing import headers_for

log = logging.getLogger(__name__)
_AT_ONCE = 16
_BUDGET = 20.0  # seconds for which one task goes on with more
_LOOK_AGAIN = 1.0  # second: what has become due meanwhile waits for nobody slow
_at_work = threading.Lock()
LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Everything a thread needs to send one delivery; it asks no database."""

    delivery: WebhookDelivery
    url: str
    body: bytes
    headers: dict[str, str]


def send_due() -> int:
    """Send until nothing is due or the time is up; return the number of attempts.

    One at a time in each process: others would only hold threads that the worker needs elsewhere.
    """
    if not _at_work.acquire(blocking=False):
        return 0
    try:
        return _send_for_a_while()
    finally:
        _at_work.release()


def _send_for_a_while() -> int:
    ends_at, sent = time.monotonic() + _BUDGET, 0
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        running: dict[Future[outcome.Outcome], Attempt] = {}
        while True:
            if time.monotonic() < ends_at:
                for attempt in _claim(_AT_ONCE - len(running)):
                    running[threads.submit(_send, attempt)] = attempt
            if not running:
                return sent
            done, _ = wait(running, _LOOK_AGAIN, FIRST_COMPLETED)
            for future in done:
                outcome.note(running.pop(future).delivery, future.result())
                sent += 1


def _claim(most: int) -> Iterator[Attempt]:
    """Take a due delivery of each of so many webhooks that are not busy, the longest idle first."""
    if most <= 0:
        return
    now = timezone.now()
    due = WebhookDelivery.objects.filter(
        webhook=OuterRef("pk"), state=DeliveryState.WAITING, next_attempt_at__lte=now
    )
    free = Webhook.objects.filter(_is_free(), Exists(due)).order_by(
        F("busy_until").asc(nulls_first=True), "pk"
    )
    for webhook in free.select_related("namespace", "repository", "created_by")[:most]:
        taken = Webhook.objects.filter(_is_free(), pk=webhook.pk)
        if taken.update(busy_until=now + LEASE):
            attempt = _take(webhook)
            if attempt is not None:
                yield attempt


def _is_free() -> Q:
    idle = Q(busy_until=None) | Q(busy_until__lte=timezone.now())
    return idle & Q(paused_at=None)


def _take(webhook: Webhook) -> Attempt | None:
    """Return the next attempt of a webhook that was claimed, or free it again."""
    now = timezone.now()
    waiting = webhook.deliveries.filter(state=DeliveryState.WAITING, next_attempt_at__lte=now)
    related = waiting.select_related("activity__repository")
    delivery = related.order_by("next_attempt_at", "created_at", "pk").first()
    if delivery is None:
        Webhook.objects.filter(pk=webhook.pk).update(busy_until=None)
        return None
    delivery.webhook = webhook
    if not Rights().has(webhook):  # asked again at each attempt: days may lie between (case 36)
        outcome.give_up(delivery, "not sent: nobody who may do so answers for this webhook")
        return None
    if _is_given_away(delivery):
        outcome.give_up(delivery, "not sent: the repository is another namespace's now")
        return None
    return _prepare(delivery)


def _is_given_away(delivery: WebhookDelivery) -> bool:
    """Whether it tells of a repository that the webhook is not about any more (case 22)."""
    webhook, activity = delivery.webhook, delivery.activity
    if webhook.repository_id is not None or activity is None:
        return False
    return activity.repository.namespace_id != webhook.namespace_id


def _prepare(delivery: WebhookDelivery) -> Attempt | None:
    webhook, body = delivery.webhook, delivery.body.encode()
    try:
        secrets = [decrypt(webhook.encrypted_secret)]
        if webhook.former_until and webhook.former_until > timezone.now():
            secrets.append(decrypt(webhook.former_encrypted_secret or b""))
    except InvalidToken:
        outcome.give_up(delivery, "not sent: the secret cannot be read any more, make a new one")
        return None
    headers = headers_for(secrets, str(delivery.pk), int(time.time()), body)
    delivery.attempts += 1
    delivery.headers = headers
    delivery.next_attempt_at = timezone.now() + LEASE
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        attempts=delivery.attempts, headers=headers, next_attempt_at=delivery.next_attempt_at
    )
    return Attempt(delivery, webhook.url, body, headers)


def _send(attempt: Attempt) -> outcome.Outcome:
    began = time.monotonic()
    status, problem = None, ""
    try:
        status = post(attempt.url, attempt.body, attempt.headers)
    except OutgoingRefused as refusal:
        problem = str(refusal)
    except Exception:  # a thread's error must not leave a delivery behind
        log.exception("delivery %s could not be sent", attempt.delivery.pk)
        problem = "not sent: something went wrong here"
    return outcome.Outcome(status, problem, int((time.monotonic() - began) * 1000))
