"""Who may find what, as engines are told; `Repository.objects.listed_for` is the rule."""

from __future__ import annotations

from accounts.changes import stamp
from accounts.memory import Memory, keyed_digest
from accounts.principals import Principal
from index.models.repository import Part, part_of
from search.backends.base import Reach
from search.documents import Audience

_EVERYBODY = (Audience.EVERYONE,)
_ALL = tuple(Audience)
_parts: Memory[Part] = Memory()


def reach_of(principal: Principal) -> Reach:
    """Return what the principal may find; a property test holds it to `listed_for`."""
    if principal.is_administrator:
        return Reach(_ALL, limits=principal.limits)
    if principal.user is None and principal.robot is None and principal.workload is None:
        return Reach(_EVERYBODY)
    is_signed_in = principal.user is not None or principal.robot is not None
    part = _part(principal)
    return Reach(
        (Audience.EVERYONE, Audience.SIGNED_IN) if is_signed_in else _EVERYBODY,
        part.namespaces,
        part.repositories,
        principal.limits,
    )


def _part(principal: Principal) -> Part:
    """Return the principal's part, remembered until something changes: asked for at each key while typing."""
    user, robot = (one and one.pk for one in (principal.user, principal.robot))
    key = keyed_digest(str((user, robot, principal.workload)))
    if (known := _parts.get(key)) is not None:
        return known
    since = stamp.read()
    part = part_of(principal)
    _parts.keep(key, part, since=since, until=part.until)
    return part


def forget() -> None:
    """Drop what is remembered."""
    _parts.forget()


def reaches(
    reach: Reach, audience: Audience, *, name: str, namespace_id: int, repository_id: int
) -> bool:
    """Whether an entry is in reach: what engines find, said of a single one."""
    if audience is Audience.EVERYONE:
        return True
    if reach.limits and not reach.limits.reaches(name):
        return False
    is_own = namespace_id in reach.namespaces or repository_id in reach.repositories
    return audience in reach.audiences or is_own
