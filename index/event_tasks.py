"""Background work of what registries tell."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from index.flows.receive_notification import apply_inbox, describe_if_reachable
from index.models import Manifest, RegistryEvent
from index.outbox import start_soon

# A registry tells one thing at a time, again and again until it is answered: of an outage that is
# longer, each of its processes can have one event counted twice.
_KEEP_EVENT_IDS = timedelta(days=2)
_SLICE = 20_000


@shared_task
def apply_notifications() -> None:
    """Apply what lies in the inbox; beat asks for it too, should a message be lost."""
    for manifest in apply_inbox():
        start_soon(describe_pushed, manifest.pk)


@shared_task
def describe_pushed(manifest_id: int) -> None:
    """Describe a manifest that was just pushed; `sweep_manifests` does what is left."""
    waiting = Manifest.objects.filter(pk=manifest_id, described_at=None)
    manifest = waiting.select_related("repository__registry").first()
    if manifest:
        describe_if_reachable(manifest)


@shared_task
def prune_events() -> None:
    """Forget old ids of events, oldest first and slice by slice: nobody waits for long."""
    old = timezone.now() - _KEEP_EVENT_IDS
    oldest = RegistryEvent.objects.order_by("pk")
    while rows := list(oldest.values_list("pk", "applied_at")[:_SLICE]):
        past = [pk for pk, applied_at in rows if applied_at < old]
        if past:
            RegistryEvent.objects.filter(pk__lte=past[-1]).delete()
        if len(past) < _SLICE:
            break
