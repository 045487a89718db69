"""Whom a matter of a namespace concerns: its user, or the owners of its organization."""

from __future__ import annotations

from accounts.flows.memberships import owners_of
from accounts.models import Namespace, User


def holders_of(namespace: Namespace) -> list[User]:
    """Return them; nobody for the root namespace, which administrators look after."""
    if namespace.user_id:
        return list(User.objects.filter(pk=namespace.user_id, is_active=True))
    return list(owners_of(namespace.organization)) if namespace.organization else []
