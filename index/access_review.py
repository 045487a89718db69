"""The review of who can access what: the rows with what one wants to know of each person."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from accounts.models import Membership, Namespace, RobotAccount, User
from accounts.prepared import prepared
from accounts.second_factor import marked_if_missing
from accounts.together import read_together
from index.access import AccessSource
from index.models import Tag
from index.roles import Role

_Key = tuple[int, int]
FIELDS = (
    "repository", "kind", "holder", "role", "source", "through", "until", "outside",
    "without_second_factor", "disabled", "last_push",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One way in."""

    repository: str
    kind: str  # person, robot, team, publisher, everyone
    holder: str
    role: Role
    source: AccessSource
    through: str  # the team's name
    until: datetime | None
    grant_id: int | None
    is_outside: bool  # a person who is no member of the organization
    lacks_second_factor: bool
    is_disabled: bool
    last_push: datetime | None  # of the tags that are there

    @property
    def source_text(self) -> str:
        """Why, in words."""
        if self.through:
            return gettext("Team %(name)s") % {"name": self.through}
        return str(self.source.label)

    @property
    def may_be_revoked(self) -> bool:
        """Whether it ends with a grant of its own; a team's members leave the team instead."""
        return self.grant_id is not None and self.source is AccessSource.GRANT

    def as_fields(self) -> dict[str, Any]:
        """Return what exports and the API show, named by FIELDS."""
        return {
            "repository": self.repository,
            "kind": self.kind,
            "holder": self.holder,
            "role": self.role.value,
            "source": self.source.value,
            "through": self.through,
            "until": self.until,
            "outside": self.is_outside,
            "without_second_factor": self.lacks_second_factor,
            "disabled": self.is_disabled,
            "last_push": self.last_push,
        }


class _Known:
    """What is asked of the database once for all rows of a page."""

    def __init__(self, rows: list[dict[str, Any]], namespace: Namespace) -> None:
        people = {row["user_pk"] for row in rows if row["user_pk"]}
        robots = {row["robot_pk"] for row in rows if row["robot_pk"]}
        repositories = {row["repository_pk"] for row in rows}
        inside = {"organization": namespace.organization_id} if namespace.organization_id else {}
        found, enabled, pushed = read_together(
            prepared(_people, **inside, people=people),
            prepared(_enabled, robots=robots),
            prepared(_pushes, people=people, robots=robots, repositories=repositories),
        )
        self.lacking = {pk for pk, _, has_factor, _ in found if not has_factor}
        self.disabled = {pk for pk, is_active, _, _ in found if not is_active}
        self.outside = set[int]()
        if namespace.organization_id is not None:
            self.outside = {pk for pk, _, _, is_inside in found if not is_inside}
        self.stopped = robots - set(enabled)
        self.pushes, self.robot_pushes = _last_pushes(pushed)


def describe(rows: Iterable[dict[str, Any]], namespace: Namespace) -> list[AccessRow]:
    """Return the rows with all there is to say: one query, whatever their number."""
    listed = list(rows)
    if not listed:
        return []
    known = _Known(listed, namespace)
    return [_described(row, known) for row in listed]


def _described(row: dict[str, Any], known: _Known) -> AccessRow:
    user, robot, repository = row["user_pk"], row["robot_pk"], row["repository_pk"]
    return AccessRow(
        repository=row["repository_name"],
        kind=row["kind"],
        holder=row["holder"],
        role=Role(row["role_name"]),
        source=AccessSource(row["source"]),
        through=row["through"],
        until=row["until"],
        grant_id=row["grant_id"],
        is_outside=user in known.outside,
        lacks_second_factor=user in known.lacking,
        is_disabled=user in known.disabled or robot in known.stopped,
        last_push=known.pushes.get((repository, user))
        or known.robot_pushes.get((repository, robot)),
    )


class _Writable(Protocol):
    def write(self, text: str, /) -> Any: ...


def write_csv(rows: Iterable[AccessRow], to: _Writable) -> None:
    """Write the export for spreadsheets."""
    writer = csv.writer(to)
    writer.writerow(FIELDS)
    for row in rows:
        writer.writerow([_cell(value) for value in row.as_fields().values()])


def _cell(value: Any) -> str:
    """Return the text of a cell; a spreadsheet must not take a name for a formula."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _people(*, people: Collection[int], organization: int | None = None) -> QuerySet[Any, Any]:
    """Return who of them is active, has a second factor and is a member."""
    inside = Membership.objects.filter(organization=organization, user=OuterRef("pk"))
    marked = marked_if_missing(User.objects.filter(pk__in=people))
    return marked.values_list("pk", "is_active", "has_factor", Exists(inside))


def _enabled(*, robots: Collection[int]) -> QuerySet[Any, Any]:
    return RobotAccount.objects.enabled().filter(pk__in=robots).values_list("pk", flat=True)


def _pushes(
    *, people: Collection[int], robots: Collection[int], repositories: Collection[int]
) -> QuerySet[Any, Any]:
    """Return when each of them last pushed what is there, by what was pushed."""
    by = Q(pushed_by__in=people) | Q(pushed_by_robot__in=robots)
    tags = Tag.objects.filter(by, repository__in=repositories).order_by()
    of = ("repository", "pushed_by", "pushed_by_robot")
    return tags.values_list(*of).annotate(last=Max("pushed_at"))


def _last_pushes(
    rows: Iterable[tuple[int, int | None, int | None, datetime]],
) -> tuple[dict[_Key, datetime], dict[_Key, datetime]]:
    """Return the last push of each: of people, and of robots."""
    pushes, robot_pushes = dict[_Key, datetime](), dict[_Key, datetime]()
    for repository, person, robot, last in rows:
        if person is not None:
            pushes[repository, person] = max(last, pushes.get((repository, person), last))
        if robot is not None:
            key = (repository, robot)
            robot_pushes[key] = max(last, robot_pushes.get(key, last))
    return pushes, robot_pushes
