"""The ways that lead somebody to a repository: the rows of the review that concern them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Visibility
from accounts.principals import Principal
from accounts.words import word
from index.access import AccessFilter, AccessSource, access_rows
from index.models import Repository
from index.roles import Role

_OPEN_TO_ALL = {Visibility.PUBLIC: AccessSource.PUBLIC, Visibility.INTERNAL: AccessSource.INTERNAL}


def own_ways(
    repository: Repository, principal: Principal, *, name: str = ""
) -> list[dict[str, Any]]:
    """Return the rows that are this one's and not everybody's; one query.

    `name` is looked for where it is nobody's: in vain, and for the same price.
    """
    holder = _holder(principal) or name
    if not holder:
        return []
    only = Repository.objects.filter(pk=repository.pk)
    rows = access_rows(only, AccessFilter(holder=holder))
    return [row for row in rows if _concerns(row, principal)]


def ways_in_words(
    repository: Repository, rows: list[dict[str, Any]], *, is_administrator: bool
) -> tuple[str, ...]:
    """Return each way as `role: where it comes from`; whatever gives all at the beginning."""
    return tuple(_ways(repository, rows, is_administrator=is_administrator))


def _ways(
    repository: Repository, rows: list[dict[str, Any]], *, is_administrator: bool
) -> Iterator[str]:
    if is_administrator:
        yield _("%(admin)s: Administrator of this site") % {"admin": word(Role.ADMIN.value)}
    for row in rows:
        yield _way(row)
    source = _OPEN_TO_ALL.get(Visibility(repository.visibility))
    if source:
        yield f"{word(Role.READER.value)}: {source.label}"


def _holder(principal: Principal) -> str:
    if principal.robot:
        return principal.robot.full_name
    if principal.workload:
        return principal.workload.name.partition(" ")[0]  # without the issuer
    return principal.user.username if principal.user else ""


def _concerns(row: dict[str, Any], principal: Principal) -> bool:
    if principal.robot:
        return bool(row["robot_pk"] == principal.robot.pk)
    if principal.workload:
        return bool(row["kind"] == "publisher" and row["holder"] == _holder(principal))
    return principal.user is not None and bool(row["user_pk"] == principal.user.pk)


def _way(row: dict[str, Any]) -> str:
    source = f"team {row['through']}" if row["through"] else AccessSource(row["source"]).label
    until = f", until {row['until']:%Y-%m-%d}" if row["until"] else ""
    return f"{Role(str(row['role_name'])).value}: {source}{until}"
