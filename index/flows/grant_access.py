"""Give people a role on a repository, and take it away."""

from __future__ import annotations

from accounts.models import User
from accounts.principals import Principal
from index.errors import Denied
from index.models import AccessGrant, Repository
from index.policy import allowed_actions
from index.roles import Role


def grant_access(repository: Repository, *, to: User, role: Role, by: Principal) -> AccessGrant:
    """Give the role; whoever has another one on this repository gets this instead. Raises Denied."""
    _check(repository, by)
    grant, _ = AccessGrant.objects.update_or_create(
        repository=repository, user=to, defaults={"role": role, "expires_at": None}
    )
    return grant


def revoke_access(grant: AccessGrant, *, by: Principal) -> None:
    """Take the role away; the gateway notices at the next request. Raises Denied."""
    _check(grant.repository, by)
    grant.delete()


def _check(repository: Repository, by: Principal) -> None:
    if not allowed_actions(by, repository).may_administer:
        message = f"'{by.name}' may not change who has access to {repository}"
        raise Denied(message)
