"""Confirm that somebody has looked through who can access what."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.models import AuditEvent, Namespace
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


def last_review(about: Repository | Namespace) -> AuditEvent | None:
    """Return the last time that somebody did."""
    events = AuditEvent.objects.filter(
        namespace=_namespace_of(about), action=_action_for(about), target__in=_names_of(about)
    )
    return events.first()


def _may_review(about: Repository | Namespace, by: Principal) -> bool:
    if isinstance(about, Repository):
        return allowed_actions(by, about).may_administer
    return by.is_administrator or holds_namespace(by, about)


def _namespace_of(about: Repository | Namespace) -> Namespace:
    return about.namespace if isinstance(about, Repository) else about


def _names_of(about: Repository | Namespace) -> list[str]:
    """Return the names that it has had: events keep the one of their day."""
    namespace = _namespace_of(about)
    rest = about.name.removeprefix(namespace.name)
    olds = Namespace.objects.filter(redirects_to=namespace).values_list("name", flat=True)
    return [about.name, *(f"{old}{rest}" for old in olds)]


def _action_for(about: Repository | Namespace) -> AuditAction:
    if isinstance(about, Repository):
        return AuditAction.REPOSITORY_ACCESS_REVIEWED
    return AuditAction.ORGANIZATION_ACCESS_REVIEWED
