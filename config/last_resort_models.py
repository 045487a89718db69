"""What the last resort shows, and by which words it is found."""

from __future__ import annotations

from django.db.models import Model

from accounts.models import (
    Announcement,
    AuditEvent,
    Invitation,
    Membership,
    Namespace,
    Organization,
    Plan,
    RobotAccount,
    Team,
    User,
)
from config.last_resort import Quarantine, ReadOnly, site
from index.models import (
    AccessGrant,
    Deletion,
    Difference,
    GarbageCollection,
    Hiding,
    Manifest,
    Move,
    Notification,
    PlacementRule,
    Promotion,
    Reconciliation,
    Registry,
    RegistryCheck,
    Report,
    Repository,
    Tag,
    TagDeletion,
    Webhook,
    WebhookDelivery,
)
from search.models import SearchState
from tokenauth.models import KeyProbe

# Columns that a word is looked for in: with an index, and from the beginning of them.
_FOUND_BY: dict[type[Model], tuple[str, ...]] = {
    AccessGrant: ("=repository__name",),
    Announcement: (),
    AuditEvent: ("=target", "=actor_name"),
    Deletion: ("=repository__name",),
    Difference: ("=name",),
    GarbageCollection: (),
    Hiding: ("=repository__name",),
    Invitation: ("=email",),
    KeyProbe: (),
    Manifest: ("=digest",),
    Membership: ("=user__username", "=organization__name"),
    Move: ("=repository__name",),
    Namespace: ("=name",),
    Organization: ("=name",),
    PlacementRule: (),
    Plan: (),
    Promotion: ("=source_name",),
    Reconciliation: (),
    Registry: ("=name",),
    RegistryCheck: ("=registry__name",),
    Report: ("=repository__name",),
    Repository: ("=name", "=stored_name"),
    RobotAccount: ("=name",),
    SearchState: (),
    Tag: ("=repository__name", "=name"),
    TagDeletion: ("=repository__name",),
    Team: ("=name",),
    User: ("=username", "=email"),
    Webhook: (),
    WebhookDelivery: (),
}

for _model, _columns in _FOUND_BY.items():
    _shown = type(f"{_model.__name__}Rows", (ReadOnly,), {"search_fields": _columns})
    site.register(_model, _shown)
site.register(Notification, Quarantine)
last_resort = site
