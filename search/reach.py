"""Who may find what, as engines are told; `Repository.objects.listed_for` is the rule."""

from __future__ import annotations

from accounts.principals import Principal
from index.models.repository import part_of
from search.backends.base import Reach
from search.documents import Audience

_EVERYBODY = (Audience.EVERYONE,)
_ALL = tuple(Audience)


def reach_of(principal: Principal) -> Reach:
    """Return what the principal may find; a property test holds it to `listed_for`."""
    if principal.is_administrator:
        return Reach(_ALL, limits=principal.limits)
    if principal.user is None and principal.robot is None and principal.workload is None:
        return Reach(_EVERYBODY)
    is_signed_in = principal.user is not None or principal.robot is not None
    namespaces, repositories = part_of(principal)
    return Reach(
        (Audience.EVERYONE, Audience.SIGNED_IN) if is_signed_in else _EVERYBODY,
        tuple(namespaces),
        tuple(repositories),
        principal.limits,
    )


def reaches(
    reach: Reach, audience: Audience, *, name: str, namespace_id: int, repository_id: int
) -> bool:
    """Whether an entry is in reach: what engines find, said of a single one."""
    if audience is Audience.EVERYONE:
        return True
    if reach.limits and not reach.limits.reaches(name):
        return False
    is_own = namespace_id in reach.namespaces or repository_id in reach.repositories
    return audience in reach.audiences or (audience is Audience.ITS_PEOPLE and is_own)
