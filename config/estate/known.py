"""Keys of what records name, looked up for a whole batch at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, CharField, QuerySet, Value, When
from django.db.models.functions import Concat

from accounts.models import (
    Membership,
    Namespace,
    Organization,
    Plan,
    RobotAccount,
    Team,
    User,
)
from index.models import Registry, RegistryPool, Repository


def full_name(prefix: str, between: str, *, of: str = "") -> Any:
    """Return `acme/developers` or `acme+ci` as an expression; "" where there is none."""
    way = f"{of}__" if of else ""
    joined = Concat(f"{way}{prefix}__name", Value(between), f"{way}name")
    if not of:
        return joined
    return Case(When(**{of: None}, then=Value("")), default=joined, output_field=CharField())


class Known:
    """What there is of the names that the records of a batch have in them."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._keys: dict[tuple[str, str], int] = {}

    def load(self, names: Iterable[tuple[str, str]]) -> None:
        """Look up names, each with whose name it is."""
        wanted: dict[str, set[str]] = {}
        for whose, name in names:
            wanted.setdefault(whose, set()).add(name)
        for whose, some in wanted.items():
            for key, name in _rows(whose, some):
                self._keys[whose, name] = key

    def forget(self, names: Iterable[str]) -> None:
        """Know nothing of these people: they are others than the file means."""
        for name in names:
            self._keys.pop(("person", name), None)

    def key(self, whose: str, name: str) -> int | None:
        """Return the key, None for no name and for what there is not."""
        return self._keys.get((whose, name))


_PLAIN: dict[str, tuple[Any, str]] = {
    "person": (User.objects.all(), "username"),
    "organization": (Organization.objects.all(), "name"),
    "plan": (Plan.objects.all(), "name"),
    "registry": (Registry.objects.all(), "name"),
    "pool": (RegistryPool.objects.all(), "name"),
    "repository": (Repository.objects.live(), "name"),
}


def _rows(whose: str, names: set[str]) -> Iterable[tuple[int, str]]:
    if whose == "namespace":  # by its name alone: what leads nowhere else is most of the table
        found = Namespace.objects.filter(name__in=names)
        rows = found.values_list("pk", "name", "redirects_to")
        return [(key, name) for key, name, leads_to in rows if leads_to is None]
    if whose in _PLAIN:
        rows, column = _PLAIN[whose]
        return list(rows.filter(**{f"{column}__in": names}).values_list("pk", column))
    return [(key, name) for key, name in _composed(whose, names) if name in names]


def _composed(whose: str, names: set[str]) -> QuerySet[Any, Any]:
    """Return names of two parts, those asked for among them: both parts of each are theirs."""
    between = "+" if whose == "robot" else "/"
    first = {name.partition(between)[0] for name in names}
    second = {name.partition(between)[2] for name in names}
    if whose == "membership":  # `acme/alice`
        places = Membership.objects.filter(organization__name__in=first, user__username__in=second)
        return places.values_list("pk", Concat("organization__name", Value("/"), "user__username"))
    if whose == "team":
        teams = Team.objects.filter(organization__name__in=first, name__in=second)
        return teams.values_list("pk", full_name("organization", "/"))
    robots = RobotAccount.objects.filter(namespace__name__in=first, name__in=second)
    return robots.values_list("pk", full_name("namespace", "+"))
