"""Take a notification out of the inbox: read it, apply its events, or put it into quarantine."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import DatabaseError, DataError, transaction
from django.db.models import F
from django.utils import timezone

from index.errors import RegistryTrouble
from index.flows.apply_registry_event import apply_event
from index.flows.describe_manifest import describe_manifest
from index.flows.quotas import recount_storage
from index.models import Manifest, Notification, Registry, Repository
from index.models.notification import NotificationState
from index.registry_events import EnvelopeUnreadable, Event, read_envelope

log = logging.getLogger(__name__)
_LONGEST_PAUSE = timedelta(hours=1)


def receive_notification(notification: Notification) -> None:
    """Apply the body once. One that cannot be read is kept in quarantine and blocks nothing."""
    try:
        events = read_envelope(bytes(notification.body))
    except EnvelopeUnreadable as error:
        _finish(notification, NotificationState.QUARANTINED, str(error))
        return
    try:
        with transaction.atomic():
            applied = [apply_event(event, notification.registry) for event in events]
            _finish(notification, NotificationState.APPLIED)
    except DataError as error:  # what one database refuses must not stop the queue either
        _finish(notification, NotificationState.QUARANTINED, str(error))
        return
    _recount(events, notification.registry)
    for manifest in filter(None, applied):
        describe_if_reachable(manifest)


def _recount(events: list[Event], registry: Registry) -> None:
    """Count the storage of namespaces of which a registry got or lost something."""
    names = {event.repository.value for event in events if event.action != "pull"}
    changed = Repository.objects.filter(registry=registry, stored_name__in=names)
    for namespace_id in changed.values_list("namespace", flat=True).distinct() if names else ():
        recount_storage(namespace_id)


def describe_if_reachable(manifest: Manifest) -> None:
    """Describe a manifest now; what goes wrong is tried again later, ever more rarely."""
    try:
        describe_manifest(manifest)
    except (RegistryTrouble, DatabaseError) as error:
        log.warning("manifest %s is not described yet: %s", manifest.digest, error)
        pause = min(timedelta(seconds=5 * 2 ** min(manifest.describe_attempts, 12)), _LONGEST_PAUSE)
        Manifest.objects.filter(pk=manifest.pk).update(
            describe_attempts=F("describe_attempts") + 1,
            describe_after=timezone.now() + pause,
        )


def _finish(notification: Notification, state: NotificationState, problem: str = "") -> None:
    notification.state, notification.problem = state, problem[:200]
    notification.save(update_fields=["state", "problem"])
