"""Confirm that somebody has looked through who can access what."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.models import AuditEvent, Namespace
from accounts.prepared import Statement, prepared
from accounts.principals import Principal
from index.errors import Denied
from index.models import Repository
from index.policy import allowed_actions, holds_namespace


def confirm_review(about: Repository | Namespace, *, by: Principal, note: str) -> None:
    """Write down who did, when, and what they noted. Raises Denied."""
    if by.user is None or not _may_review(about, by):
        message = _("'%(name)s' may not review who has access to %(about)s") % {
            "name": by.name,
            "about": about,
        }
        raise Denied(message)
    with transaction.atomic():
        record(
            _action_for(about),
            by=by,
            namespace=_namespace_of(about),
            target=about.name,
            note=" ".join(note.split())[:200],
        )


def last_review(about: Repository | Namespace) -> Statement:
    """Return the last time that somebody did, by any name that it has had: events keep that of their day."""
    namespace = _namespace_of(about)
    rest = about.name.removeprefix(namespace.name)
    action = _action_for(about)
    return prepared(_last_review, action, namespace=namespace.pk, name=about.name, rest=rest)


def _last_review(
    action: AuditAction, *, namespace: int, name: str, rest: str
) -> QuerySet[AuditEvent]:
    olds = Namespace.objects.filter(redirects_to=namespace)
    names = Q(target=name) | Q(target__in=olds.values(old=Concat("name", Value(rest))))
    events = AuditEvent.objects.filter(names, namespace=namespace, action=action)
    return events.order_by("-at", "-pk")[:1]


def _may_review(about: Repository | Namespace, by: Principal) -> bool:
    if isinstance(about, Repository):
        return allowed_actions(by, about).may_administer
    return by.is_administrator or holds_namespace(by, about)


def _namespace_of(about: Repository | Namespace) -> Namespace:
    return about.namespace if isinstance(about, Repository) else about


def _action_for(about: Repository | Namespace) -> AuditAction:
    if isinstance(about, Repository):
        return AuditAction.REPOSITORY_ACCESS_REVIEWED
    return AuditAction.ORGANIZATION_ACCESS_REVIEWED
