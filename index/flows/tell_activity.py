"""Hand activities on: deliveries for webhooks and mails for watchers, in one transaction with `told_at`.

Who gets something is decided now, not when it happened: whoever has lost access meanwhile hears
nothing (cases 22, 23 and 36).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from index.activity_words import FOR_READERS
from index.models import Activity, DeliveryState, Watch, Webhook, WebhookDelivery
from index.webhooks.payload import body_of
from index.webhooks.rights import Rights

_BATCH = 200
MOST_WAITING = 1000  # per webhook; what comes on top is written down as given up
_TOO_MANY = f"not sent: {MOST_WAITING:,} deliveries were waiting already"


def tell_activities() -> int:
    """Hand on a batch of what nobody was told of; return how many that were."""
    with transaction.atomic():
        untold = Activity.objects.filter(told_at=None).select_related("repository", "namespace")
        rows = untold.select_for_update(of=("self",), skip_locked=True).order_by("pk")
        batch = list(rows[:_BATCH])
        if not batch:
            return 0
        _make_deliveries(batch)
        _wake_watchers(batch)
        told = Activity.objects.filter(pk__in=[activity.pk for activity in batch])
        told.update(told_at=timezone.now())
    return len(batch)


def _make_deliveries(batch: list[Activity]) -> None:
    rights = Rights()
    webhooks = _webhooks_for(batch)
    waiting = {webhook.pk: _count_waiting(webhook) for webhook in webhooks}
    deliveries = []
    for activity in batch:
        for webhook in webhooks:
            if _is_wanted(webhook, activity) and rights.has(webhook, activity.repository):
                deliveries.append(_delivery(webhook, activity, waiting[webhook.pk]))
                waiting[webhook.pk] += 1
    WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)


def _webhooks_for(batch: Iterable[Activity]) -> list[Webhook]:
    repositories = {activity.repository_id for activity in batch}
    namespaces = {activity.namespace_id for activity in batch}
    reach = Q(repository__in=repositories) | Q(repository=None, namespace__in=namespaces)
    return list(Webhook.objects.filter(reach).select_related("namespace", "created_by"))


def _is_wanted(webhook: Webhook, activity: Activity) -> bool:
    if webhook.kinds and activity.kind not in webhook.kinds:
        return False
    if webhook.repository_id is not None:
        return webhook.repository_id == activity.repository_id
    # The namespace of today: after a transfer the former owners hear of it no more.
    return webhook.namespace_id == activity.repository.namespace_id


def _count_waiting(webhook: Webhook) -> int:
    return webhook.deliveries.filter(state=DeliveryState.WAITING)[: MOST_WAITING + 1].count()


def _delivery(webhook: Webhook, activity: Activity, waiting: int) -> WebhookDelivery:
    delivery = WebhookDelivery(
        webhook=webhook, activity=activity, kind=activity.kind, body=body_of(activity)
    )
    if waiting >= MOST_WAITING:
        delivery.state, delivery.last_problem = DeliveryState.FAILED, _TOO_MANY
        delivery.finished_at = timezone.now()
    return delivery


def _wake_watchers(batch: list[Activity]) -> None:
    """Note from which activity on the next mail tells; `mail_watchers` sends one an hour at most."""
    first: dict[int, int] = {}
    for activity in batch:
        if activity.kind in FOR_READERS:
            first.setdefault(activity.repository_id, activity.pk)
    for repository_id, activity_id in sorted(first.items()):
        Watch.objects.filter(repository=repository_id, mail_from=None).update(mail_from=activity_id)
