"""The mark "verified": an administrator of the site has looked at who holds a namespace.

It stands beside the name and its repositories, and says nothing of what an image does. What an
organization proves by itself, without an administrator, are its domains (`accounts.flows.domains`).
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import AuditAction
from accounts.errors import NotAllowed
from accounts.models import Namespace
from accounts.principals import Principal


def mark_verified(namespace: Namespace, *, by: Principal, is_verified: bool) -> None:
    """Give the mark to a user's or an organization's namespace, or take it. Raises NotAllowed."""
    if not by.is_administrator:
        message = _("'%(name)s' may not give marks: administrators of this site do.") % {
            "name": by.name
        }
        raise NotAllowed(message)
    if namespace.is_root or namespace.redirects_to_id:
        message = _("%(namespace)s is nobody's: users and organizations can be verified.") % {
            "namespace": namespace
        }
        raise NotAllowed(message)
    with transaction.atomic():
        changed = Namespace.objects.filter(pk=namespace.pk, is_verified=not is_verified)
        if changed.update(is_verified=is_verified):
            action = (
                AuditAction.NAMESPACE_VERIFIED if is_verified else AuditAction.NAMESPACE_UNVERIFIED
            )
            audit.record(action, by=by, namespace=namespace, target=namespace.name)
    namespace.is_verified = is_verified
