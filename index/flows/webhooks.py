"""Create, change, test and end webhooks, and send a delivery once more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.models import Namespace
from accounts.outgoing import OutgoingRefused, check_address
from accounts.people_only import check_person
from accounts.principals import Principal
from accounts.ratelimits import WEBHOOK_TESTS, spend
from index.errors import Denied, WebhookRefused
from index.flows.quotas import lock_namespace
from index.models import ActivityKind, DeliveryState, Repository, Webhook, WebhookDelivery
from index.outbox import start_by_name_soon
from index.policy import allowed_actions, may_change_namespace
from index.webhooks.payload import PING, ping_body
from index.webhooks.secrets import encrypt, make_secret

MOST_FOR_ONE = 20  # of one repository, or of a namespace itself
MOST_OF_NAMESPACE = 200  # with those of its repositories
LONGEST_NAME = 60
FORMER_SECRET_SIGNS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WebhookFields:
    """What people choose; no kinds are all kinds."""

    name: str
    url: str
    kinds: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise WebhookRefused with the field and the sentence."""
        if not 1 <= len(self.name) <= LONGEST_NAME or not self.name.isprintable():
            message = "name"
            raise WebhookRefused(
                message,
                _("A name has 1 to %(longest_name)s characters.") % {"longest_name": LONGEST_NAME},
            )
        if unknown := sorted(set(self.kinds) - set(ActivityKind.values)):
            message = "kinds"
            raise WebhookRefused(
                message, _("There is no kind %(kind)s.") % {"kind": repr(unknown[0][:30])}
            )
        try:
            check_address(self.url)
        except OutgoingRefused as refusal:
            message = "url"
            raise WebhookRefused(message, str(refusal)) from refusal


def create_webhook(
    namespace: Namespace, repository: Repository | None, *, by: Principal, fields: WebhookFields
) -> tuple[Webhook, str]:
    """Create one and return it with its secret, which nobody sees again.

    Raises Denied, MachineRefused and WebhookRefused.
    """
    user = check_person(by)
    _check(namespace, repository, by)
    fields.check()
    secret = make_secret()
    with transaction.atomic():
        lock_namespace(namespace.pk)
        _check_number(namespace, repository)
        webhook = Webhook.objects.create(
            namespace=namespace,
            repository=repository,
            name=fields.name,
            url=fields.url,
            kinds=_sorted(fields.kinds),
            encrypted_secret=encrypt(secret),
            created_by=user,
        )
        _record(AuditAction.WEBHOOK_CREATED, webhook, by=by)
    return webhook, secret


def change_webhook(webhook: Webhook, *, by: Principal, fields: WebhookFields) -> str | None:
    """Change it; whoever does answers for it from now on.

    Another address gets another secret, which is returned: the old one was for the old receiver
    (case 36). Raises Denied, MachineRefused and WebhookRefused.
    """
    user = check_person(by)
    check_may_change(webhook, by)
    fields.check()
    with transaction.atomic():
        held = _lock(webhook)
        has_moved = held.url != fields.url
        held.name, held.url, held.kinds = fields.name, fields.url, _sorted(fields.kinds)
        held.created_by = user
        secret = make_secret() if has_moved else None
        if secret is not None:
            _replace_secret(held, secret)
        held.save()
        _record(AuditAction.WEBHOOK_CHANGED, held, by=by, new_address="yes" if has_moved else "")
    return secret


def rotate_secret(webhook: Webhook, *, by: Principal) -> str:
    """Return a new secret; for a day deliveries are signed by the former one as well.

    Raises Denied and MachineRefused.
    """
    check_person(by)
    check_may_change(webhook, by)
    secret = make_secret()
    with transaction.atomic():
        held = _lock(webhook)
        former = held.encrypted_secret
        _replace_secret(held, secret)
        held.former_encrypted_secret = former
        held.former_until = timezone.now() + FORMER_SECRET_SIGNS
        held.save()
        _record(AuditAction.WEBHOOK_SECRET_ROTATED, held, by=by)
    return secret


def pause_webhook(webhook: Webhook, *, by: Principal) -> None:
    """Let deliveries wait. Raises Denied."""
    check_may_change(webhook, by)
    with transaction.atomic():
        held = _lock(webhook)
        if held.paused_at is None:
            held.paused_at, held.pause_reason = timezone.now(), f"{by.name} paused it."
            held.save()
            _record(AuditAction.WEBHOOK_PAUSED, held, by=by)


def resume_webhook(webhook: Webhook, *, by: Principal) -> None:
    """Send what has been waiting, and go on. Raises Denied."""
    check_may_change(webhook, by)
    with transaction.atomic():
        held = _lock(webhook)
        if held.paused_at is None:
            return
        held.paused_at, held.pause_reason = None, ""
        held.failures_in_a_row, held.failing_since, held.busy_until = 0, None, None
        held.save()
        _record(AuditAction.WEBHOOK_RESUMED, held, by=by)
        start_by_name_soon("index.news_tasks.send_soon", 0)


def delete_webhook(webhook: Webhook, *, by: Principal) -> None:
    """End it, with its deliveries. Raises Denied."""
    check_may_change(webhook, by)
    with transaction.atomic():
        _record(AuditAction.WEBHOOK_DELETED, webhook, by=by)
        webhook.delete()


def send_test(webhook: Webhook, *, by: Principal) -> WebhookDelivery:
    """Have a `ping` delivered. Raises Denied and LimitReached."""
    check_may_change(webhook, by)
    spend(WEBHOOK_TESTS, by.subject, what="tests")
    with transaction.atomic():
        now = timezone.now()
        body = ping_body(webhook.namespace, webhook.repository, now)
        delivery = WebhookDelivery.objects.create(
            webhook=webhook, kind=PING, body=body, next_attempt_at=now
        )
        _send_soon(webhook)
    return delivery


def replay(delivery: WebhookDelivery, *, by: Principal) -> None:
    """Send it once more, with its body and its id: a receiver can tell. Raises Denied, LimitReached."""
    check_may_change(delivery.webhook, by)
    spend(WEBHOOK_TESTS, by.subject, what=_("deliveries sent again"))
    with transaction.atomic():
        done = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(state=DeliveryState.WAITING)
        done.update(
            state=DeliveryState.WAITING,
            attempts=0,
            next_attempt_at=timezone.now(),
            finished_at=None,
            last_problem="",
        )
        _send_soon(delivery.webhook)


def check_may_change(webhook: Webhook, by: Principal) -> None:
    """Raise Denied for whoever may not see and change it."""
    _check(webhook.namespace, webhook.repository, by)


def _check(namespace: Namespace, repository: Repository | None, by: Principal) -> None:
    if repository is not None:
        may = allowed_actions(by, repository).may_administer
    else:  # what a token is limited to are repositories
        may = may_change_namespace(by, namespace) and by.limits is None
    if not may:
        message = _("'%(name)s' may not change webhooks of %(namespace)s") % {
            "name": by.name,
            "namespace": repository or namespace,
        }
        raise Denied(message)


def _check_number(namespace: Namespace, repository: Repository | None) -> None:
    of_namespace = Webhook.objects.filter(namespace=namespace)
    if of_namespace.filter(repository=repository).count() >= MOST_FOR_ONE:
        message = "name"
        raise WebhookRefused(
            message,
            _("There are %(most_for_one)s webhooks already. Delete one first.")
            % {"most_for_one": MOST_FOR_ONE},
        )
    if of_namespace.count() >= MOST_OF_NAMESPACE:
        words = _(
            "%(namespace)s has %(most_of_namespace)s webhooks already, with those of its repositories."
        ) % {"namespace": namespace, "most_of_namespace": MOST_OF_NAMESPACE}
        message = "name"
        raise WebhookRefused(message, _("%(words)s Delete one first.") % {"words": words})


def _replace_secret(webhook: Webhook, secret: str) -> None:
    webhook.encrypted_secret = encrypt(secret)
    webhook.former_encrypted_secret = webhook.former_until = None


def _send_soon(webhook: Webhook) -> None:
    """Try at once, even where the receiver rests after a failure; a lease of a sender stays."""
    Webhook.objects.filter(pk=webhook.pk, failures_in_a_row__gt=0).update(busy_until=None)
    start_by_name_soon("index.news_tasks.send_soon", 0)


def _lock(webhook: Webhook) -> Webhook:
    return (
        Webhook.objects.select_for_update(of=("self",))
        .select_related("namespace", "repository")
        .get(pk=webhook.pk)
    )


def _sorted(kinds: Iterable[str]) -> list[str]:
    """Return the kinds as they are listed; all of them are none, so that new ones come along."""
    chosen = [kind for kind in ActivityKind.values if kind in set(kinds)]
    return [] if len(chosen) == len(ActivityKind.values) else chosen


def _record(action: AuditAction, webhook: Webhook, *, by: Principal, **details: Any) -> None:
    record(
        action,
        by=by,
        namespace=webhook.namespace,
        target=str(webhook.repository or webhook.namespace),
        webhook=webhook.name,
        **details,
    )
