"""What an attempt led to: delivered, tried again later, or given up; and a webhook that pauses itself."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import transaction
from django.utils import timezone

from accounts.audit import AuditAction, record
from accounts.mail_kinds import MailKind
from accounts.principals import ANONYMOUS
from index.mails import send_after_commit
from index.models import DeliveryState, Webhook, WebhookDelivery

# After so many seconds each; together a little more than three days.
PAUSES = (5, 30, 120, 600, 3600, 10800, 28800, 57600, 86400, 86400)
_JITTER = 0.2
_FAILURES_THAT_PAUSE = 10
_FAILING_THAT_PAUSES = timedelta(days=1)
_LONGEST_REST = 600.0  # of a webhook whose receiver is away
_LONGEST_DURATION_WITHOUT_REST = 2000  # milliseconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """The status that came back, or in words why none did."""

    status: int | None
    problem: str
    milliseconds: int

    @property
    def is_success(self) -> bool:
        """Whether the receiver took it; a redirect is no yes."""
        return self.status is not None and 200 <= self.status < 300


def note(delivery: WebhookDelivery, outcome: Outcome) -> None:
    """Write down what became of an attempt, and let the webhook go on."""
    delivery.status, delivery.milliseconds = outcome.status, outcome.milliseconds
    delivery.last_problem = _words(outcome)
    with transaction.atomic():
        webhook = Webhook.objects.select_for_update().filter(pk=delivery.webhook_id).first()
        if webhook is None:  # deleted meanwhile, and its deliveries with it
            return
        if outcome.is_success:
            _finish(delivery, DeliveryState.DELIVERED)
            webhook.failures_in_a_row, webhook.failing_since = 0, None
        else:
            _try_again(delivery)
            webhook.failures_in_a_row += 1
            webhook.failing_since = webhook.failing_since or timezone.now()
            _pause_if_hopeless(webhook, outcome)
        webhook.busy_until = _rest(webhook, outcome)
        webhook.save(
            update_fields=[
                "failures_in_a_row", "failing_since", "busy_until", "paused_at", "pause_reason",
            ]
        )  # fmt: skip


def give_up(delivery: WebhookDelivery, problem: str) -> None:
    """End a delivery that will not be sent, and free its webhook."""
    delivery.last_problem = problem
    with transaction.atomic():
        _finish(delivery, DeliveryState.FAILED)
        Webhook.objects.filter(pk=delivery.webhook_id).update(busy_until=None)


def _finish(delivery: WebhookDelivery, state: DeliveryState) -> None:
    delivery.state, delivery.finished_at = state, timezone.now()
    _save(delivery)


def _try_again(delivery: WebhookDelivery) -> None:
    if delivery.attempts > len(PAUSES):
        _finish(delivery, DeliveryState.FAILED)
        return
    pause = PAUSES[delivery.attempts - 1] * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311
    delivery.next_attempt_at = timezone.now() + timedelta(seconds=pause)
    _save(delivery)


def _save(delivery: WebhookDelivery) -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        state=delivery.state,
        status=delivery.status,
        milliseconds=delivery.milliseconds,
        last_problem=delivery.last_problem,
        next_attempt_at=delivery.next_attempt_at,
        finished_at=delivery.finished_at,
    )


def _rest(webhook: Webhook, outcome: Outcome) -> datetime | None:
    """Return until when the webhook is left alone, so that quick receivers come first."""
    if outcome.is_success and outcome.milliseconds < _LONGEST_DURATION_WITHOUT_REST:
        return None
    seconds = outcome.milliseconds / 1000
    if not outcome.is_success:
        seconds += min(2.0**webhook.failures_in_a_row, _LONGEST_REST)
    return timezone.now() + timedelta(seconds=seconds)


def _words(outcome: Outcome) -> str:
    if outcome.is_success or outcome.status is None:
        return outcome.problem
    if 300 <= outcome.status < 400:
        return f"answered {outcome.status}: redirects are not followed"
    return f"answered {outcome.status}"


def _pause_if_hopeless(webhook: Webhook, outcome: Outcome) -> None:
    since = webhook.failing_since
    for_long = since is not None and since <= timezone.now() - _FAILING_THAT_PAUSES
    if outcome.status == HTTPStatus.GONE:
        reason = "The receiver answered 410: it wants no more of them."
    elif for_long and webhook.failures_in_a_row >= _FAILURES_THAT_PAUSE:
        reason = f"{webhook.failures_in_a_row} attempts in a row failed, for more than a day."
    else:
        return
    if webhook.paused_at is not None:
        return
    webhook.paused_at, webhook.pause_reason = timezone.now(), reason
    name = str(webhook.repository or webhook.namespace)
    record(
        AuditAction.WEBHOOK_PAUSED,
        by=ANONYMOUS,
        namespace=webhook.namespace,
        target=name,
        webhook=webhook.name,
        reason=reason,
    )
    if webhook.created_by:
        send_after_commit(
            "webhook_paused",
            to=[webhook.created_by],
            kind=MailKind.WEBHOOKS,
            webhook=webhook,
            about=name,
            reason=reason,
        )
