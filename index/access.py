"""Who can access what: the SQL twin of the policy seen from the repositories, one row for each way in.

A property test holds the rows to `policy.allowed_actions`. Administrators of the site come in
everywhere and are in no row; neither is what a personal access token narrows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from django.db import models
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import OrganizationRole, User, Visibility
from index.models import AccessGrant, Repository, RepositoryState, TrustedPublisher
from index.roles import Role

Rows = QuerySet[Any, dict[str, Any]]


class AccessSource(models.TextChoices):
    """Why someone has a role."""

    OWNER = "owner", gettext_lazy("Owner of the namespace")
    GRANT = "grant", gettext_lazy("Given directly")
    TEAM = "team", gettext_lazy("Through a team")
    PUBLISHER = "publisher", gettext_lazy("Trusted publisher")
    PUBLIC = "public", gettext_lazy("Public repository")
    INTERNAL = "internal", gettext_lazy("Internal repository")


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """What is looked for; empty is everything."""

    holder: str = ""
    repository: str = ""
    role: str = ""
    source: str = ""


EVERYTHING = AccessFilter()
EVERY_ROW = Q()
_ADMINS_TOLD = 20  # a mail to each owner of a large organization helps nobody
_ORDER = ("repository_name", "rank", "kind", "holder", "through", "grant_id")


@dataclass(frozen=True, slots=True)
class Part:
    """The ways in of one kind, before their columns are made: that costs the most, and not all are shown."""

    source: AccessSource
    rows: QuerySet[Any]
    columns: Mapping[str, Any]
    repository: str = "pk"  # the way to its id
    # All repositories of one have the same of these.
    same_for: Literal["", "team", "namespace"] = ""

    def matching(self, wanted: AccessFilter) -> Part:
        """Return those that are looked for, with no more columns than that takes."""
        asked = {
            "holder": ("contains", wanted.holder),
            "repository_name": ("contains", wanted.repository),
            "role_name": ("exact", wanted.role),
        }
        needed = {name: self.columns[name] for name, (_, text) in asked.items() if text}
        lookups = {f"{name}__{asked[name][0]}": asked[name][1] for name in needed}
        return replace(self, rows=self.rows.annotate(**needed).filter(**lookups))

    def of(self, repositories: Collection[int]) -> Part:
        """Return those of these repositories."""
        return replace(self, rows=self.rows.filter(**{f"{self.repository}__in": repositories}))

    def listed(self) -> Rows:
        """Return them with all columns."""
        there = self.rows.query.annotations
        missing = {name: one for name, one in self.columns.items() if name not in there}
        listed: Rows = self.rows.annotate(**missing).values(*_COLUMNS)
        return listed


def access_rows(
    repositories: QuerySet[Repository], wanted: AccessFilter = EVERYTHING, only: Q = EVERY_ROW
) -> Rows:
    """Return one row for each way that leads someone to one of the repositories that are live.

    `only` is a condition on the columns of a row.
    """
    return united([part.matching(wanted) for part in parts_of(repositories, wanted)], only)


def united(parts: Sequence[Part], only: Q = EVERY_ROW) -> Rows:
    """Return the rows of these parts, one or more, as one list in its order."""
    first, *others = (part.listed().filter(only) for part in parts)
    rows: Rows = first.union(*others, all=True).order_by(*_ORDER)
    return rows


def admins_of(repository: Repository) -> list[User]:
    """Return the people who may answer for the repository today, owners and others alike."""
    only = Repository.objects.filter(pk=repository.pk)
    rows = access_rows(only, AccessFilter(role=Role.ADMIN))
    people = {row["user_pk"] for row in rows if row["user_pk"]}
    return list(User.objects.filter(pk__in=people, is_active=True).order_by("pk")[:_ADMINS_TOLD])


def parts_of(
    repositories: QuerySet[Repository], wanted: AccessFilter, now: datetime | None = None
) -> list[Part]:
    """Return the kinds of ways in that may have some that are looked for, in the order of their rows.

    Those that open the most come first, and the many that come with a team last.
    """
    live = repositories.filter(state=RepositoryState.ACTIVE)
    given = unexpired_grants(live, now or timezone.now())
    every = (
        _everyone(live, Visibility.PUBLIC, "anyone"),
        _everyone(live, Visibility.INTERNAL, _("anyone logged in")),
        _holders(live),
        _owners(live),
        _publishers(live),
        given_directly(given),
        _through_teams(given),
    )
    ranked = (
        replace(part, columns={**part.columns, "rank": Value(rank)})
        for rank, part in enumerate(every)
    )
    return [part for part in ranked if wanted.source in {"", part.source}]


def unexpired_grants(live: QuerySet[Repository], now: datetime) -> QuerySet[AccessGrant]:
    """Return what is given on these repositories today."""
    grants = AccessGrant.objects.filter(repository__in=live.values("pk"))
    return grants.filter(Q(expires_at=None) | Q(expires_at__gt=now))


def given_directly(given: QuerySet[AccessGrant]) -> Part:
    """Return what people, teams as such and robots have; `_through_teams` is what teams' members have by it."""
    user, team = Q(user__isnull=False), Q(team__isnull=False)
    of_team = Concat(F("team__organization__name"), _text("/"), F("team__name"))
    of_robot = Concat(F("robot__namespace__name"), _text("+"), F("robot__name"))
    return _grants(
        given,
        kind=Case(When(user, _text("person")), When(team, _text("team")), default=_text("robot")),
        holder=Case(When(user, F("user__username")), When(team, of_team), default=of_robot),
        user_pk=F("user__pk"),
        robot_pk=F("robot__pk"),
    )


def _holders(live: QuerySet[Repository]) -> Part:
    own = live.filter(namespace__user__isnull=False)
    return _owned(own, "namespace__user")


def _owners(live: QuerySet[Repository]) -> Part:
    """Owners of the organization; one join in one filter, for each further one would be another."""
    membership = "namespace__organization__memberships"
    owned = live.filter(**{f"{membership}__role": OrganizationRole.OWNER})
    return replace(_owned(owned, f"{membership}__user"), same_for="namespace")


def _owned(owned: QuerySet[Repository], user: str) -> Part:
    columns = _columns(
        kind=_text("person"),
        holder=F(f"{user}__username"),
        user_pk=F(f"{user}__pk"),
        role_name=_text(Role.ADMIN),
        source=_text(AccessSource.OWNER),
    )
    return Part(AccessSource.OWNER, owned, columns)


def _through_teams(given: QuerySet[AccessGrant]) -> Part:
    person = "team__memberships__membership__user"
    members = _grants(
        given.filter(**{f"{person}__isnull": False}),
        AccessSource.TEAM,
        kind=_text("person"),
        holder=F(f"{person}__username"),
        user_pk=F(f"{person}__pk"),
        through=F("team__name"),
    )
    return replace(members, same_for="team")


def _grants(
    given: QuerySet[AccessGrant], source: AccessSource = AccessSource.GRANT, **columns: Any
) -> Part:
    whole = _columns(
        "repository__",
        role_name=F("role"),
        source=_text(source),
        grant_id=F("pk"),
        until=F("expires_at"),
        **columns,
    )
    return Part(source, given, whole, "repository")


def _publishers(live: QuerySet[Repository]) -> Part:
    named = TrustedPublisher.objects.filter(repository__in=live.values("pk"))
    columns = _columns(
        "repository__",
        kind=_text("publisher"),
        holder=F("source_repository"),
        role_name=_text(Role.WRITER),
        source=_text(AccessSource.PUBLISHER),
        grant_id=F("pk"),  # its own: what the order ends with
    )
    return Part(AccessSource.PUBLISHER, named, columns, "repository")


def _everyone(live: QuerySet[Repository], visibility: Visibility, who: str) -> Part:
    source = AccessSource(visibility.value)
    columns = _columns(
        kind=_text("everyone"),
        holder=_text(who),
        role_name=_text(Role.READER),
        source=_text(source),
    )
    return Part(source, live.filter(visibility=visibility), columns)


def _text(value: str) -> Value:
    return Value(str(value), output_field=models.CharField())


def _nothing(field: models.Field[Any, Any]) -> Cast:
    return Cast(Value(None), field)  # PostgreSQL must know the type of a NULL in a union


def _columns(repository: str = "", **given: Any) -> Mapping[str, Any]:
    """Return all columns of a row; `repository` is the way to it."""
    return {
        "repository_pk": F(f"{repository}pk") if repository else F("pk"),
        "repository_name": F(f"{repository}name"),
        "through": _text(""),
        "user_pk": _nothing(models.BigIntegerField()),
        "robot_pk": _nothing(models.BigIntegerField()),
        "grant_id": _nothing(models.BigIntegerField()),
        "until": _nothing(models.DateTimeField()),
    } | given


_COLUMNS = (
    "kind", "holder", "user_pk", "robot_pk", "repository_pk", "repository_name", "role_name",
    "source", "through", "grant_id", "until", "rank",
)  # fmt: skip
