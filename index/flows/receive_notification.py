"""Take a notification out of the inbox: read it, apply its events, or put it into quarantine."""

from __future__ import annotations

import logging

from django.db import DatabaseError, transaction

from index.errors import RegistryTrouble
from index.flows.apply_registry_event import apply_event
from index.flows.describe_manifest import describe_manifest
from index.models import Manifest, Notification
from index.models.notification import NotificationState
from index.registry_events import EnvelopeUnreadable, read_envelope

log = logging.getLogger(__name__)


def receive_notification(notification: Notification) -> None:
    """Apply the body once. One that cannot be read is kept in quarantine and blocks nothing."""
    try:
        events = read_envelope(bytes(notification.body))
    except EnvelopeUnreadable as error:
        _finish(notification, NotificationState.QUARANTINED, str(error))
        return
    with transaction.atomic():
        applied = [apply_event(event, notification.registry) for event in events]
        _finish(notification, NotificationState.APPLIED)
    for manifest in filter(None, applied):
        describe_if_reachable(manifest)


def describe_if_reachable(manifest: Manifest) -> None:
    """Describe a manifest now; a registry in trouble leaves it to the next sweep."""
    try:
        describe_manifest(manifest)
    except (RegistryTrouble, DatabaseError) as error:
        log.warning("manifest %s is not described yet: %s", manifest.digest, error)


def _finish(notification: Notification, state: NotificationState, problem: str = "") -> None:
    notification.state, notification.problem = state, problem[:200]
    notification.save(update_fields=["state", "problem"])
