"""Who can access what: the SQL twin of the policy seen from the repositories, one row for each way in.

A property test holds the rows to `policy.allowed_actions`. Administrators of the site come in
everywhere and are in no row; neither is what a personal access token narrows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from django.db import models
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import OrganizationRole, TeamMembership, User, Visibility
from accounts.together import read_together
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
_TEAM = AccessSource.TEAM
_ADMINS_TOLD = 20  # a mail to each owner of a large organization helps nobody
_ORDER = ("repository_name", "kind", "holder", "source", "through", "grant_id")


def access_rows(repositories: QuerySet[Repository], wanted: AccessFilter = EVERYTHING) -> Rows:
    """Return one row for each way that leads someone to one of the repositories that are live."""
    narrowed = [part.values(*_COLUMNS) for _, part in _narrowed(repositories, wanted)]
    if not narrowed:
        nothing: Rows = Repository.objects.none().values(*_COLUMNS)
        return nothing
    rows: Rows = narrowed[0].union(*narrowed[1:], all=True).order_by(*_ORDER)
    return rows


def numbers_of_rows(
    repositories: QuerySet[Repository], wanted: AccessFilter = EVERYTHING
) -> dict[int, int]:
    """Return how many rows each of them has, in the order of the rows: one statement, and none of them.

    Of teams the members are counted once, not for each repository that the team may use.
    """
    parts = [part for source, part in _narrowed(repositories, wanted) if source != _TEAM]
    live = repositories.filter(state=RepositoryState.ACTIVE)
    granted = _given_to_teams(_unexpired(live)).filter(_matching(replace(wanted, holder="")))
    of_teams = granted if wanted.source in {"", _TEAM} else granted.none()
    members = TeamMembership.objects.filter(
        team__in=of_teams.values("team"), membership__user__username__contains=wanted.holder
    )
    order, grants, sizes, *others = read_together(
        live.order_by("name").values_list("pk"),
        of_teams.values_list("repository_pk", "team"),
        members.values("team").annotate(number=Count("pk")).values_list("team", "number"),
        *(part.values_list("repository_pk") for part in parts),
    )
    found = dict.fromkeys((pk for (pk,) in order), 0)
    size_of = dict(sizes)
    for pk, team in grants:
        found[pk] += size_of.get(team, 0)
    for (pk,) in chain.from_iterable(others):
        found[pk] += 1
    return found


def admins_of(repository: Repository) -> list[User]:
    """Return the people who may answer for the repository today, owners and others alike."""
    only = Repository.objects.filter(pk=repository.pk)
    rows = access_rows(only, AccessFilter(role=Role.ADMIN))
    people = {row["user_pk"] for row in rows if row["user_pk"]}
    return list(User.objects.filter(pk__in=people, is_active=True).order_by("pk")[:_ADMINS_TOLD])


def _narrowed(
    repositories: QuerySet[Repository], wanted: AccessFilter
) -> list[tuple[AccessSource, QuerySet[Any]]]:
    live = repositories.filter(state=RepositoryState.ACTIVE)
    return [
        (source, part.filter(_matching(wanted)))
        for source, part in _parts(live)
        if wanted.source in {"", source}  # the others cannot match: the database need not look
    ]


def _parts(live: QuerySet[Repository]) -> list[tuple[AccessSource, QuerySet[Any]]]:
    given = _unexpired(live)
    return [
        (AccessSource.OWNER, _holders(live)),
        (AccessSource.OWNER, _owners(live)),
        (AccessSource.GRANT, _given_to_people(given)),
        (AccessSource.GRANT, _given_to_teams(given)),
        (AccessSource.GRANT, _given_to_robots(given)),
        (AccessSource.TEAM, _through_teams(given)),
        (AccessSource.PUBLISHER, _publishers(live)),
        (AccessSource.PUBLIC, _everyone(live, Visibility.PUBLIC, "anyone")),
        (AccessSource.INTERNAL, _everyone(live, Visibility.INTERNAL, _("anyone logged in"))),
    ]


def _matching(wanted: AccessFilter) -> Q:
    found = Q()
    if wanted.holder:
        found &= Q(holder__contains=wanted.holder)
    if wanted.repository:
        found &= Q(repository_name__contains=wanted.repository)
    if wanted.role:
        found &= Q(role_name=wanted.role)
    return found


def _unexpired(live: QuerySet[Repository]) -> QuerySet[AccessGrant]:
    grants = AccessGrant.objects.filter(repository__in=live.values("pk"))
    return grants.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


def _holders(live: QuerySet[Repository]) -> QuerySet[Any]:
    own = live.filter(namespace__user__isnull=False)
    return own.annotate(**_owner_columns("namespace__user"))


def _owners(live: QuerySet[Repository]) -> QuerySet[Any]:
    """Owners of the organization; one join in one filter, for each further one would be another."""
    membership = "namespace__organization__memberships"
    owned = live.filter(**{f"{membership}__role": OrganizationRole.OWNER})
    return owned.annotate(**_owner_columns(f"{membership}__user"))


def _owner_columns(user: str) -> Mapping[str, Any]:
    return _columns(
        kind=_text("person"),
        holder=F(f"{user}__username"),
        user_pk=F(f"{user}__pk"),
        role_name=_text(Role.ADMIN),
        source=_text(AccessSource.OWNER),
    )


def _given_to_people(given: QuerySet[AccessGrant]) -> QuerySet[Any]:
    return given.filter(user__isnull=False).annotate(
        **_grant_columns(kind=_text("person"), holder=F("user__username"), user_pk=F("user__pk"))
    )


def _given_to_teams(given: QuerySet[AccessGrant]) -> QuerySet[Any]:
    name = Concat(F("team__organization__name"), _text("/"), F("team__name"))
    return given.filter(team__isnull=False).annotate(
        **_grant_columns(kind=_text("team"), holder=name)
    )


def _given_to_robots(given: QuerySet[AccessGrant]) -> QuerySet[Any]:
    name = Concat(F("robot__namespace__name"), _text("+"), F("robot__name"))
    return given.filter(robot__isnull=False).annotate(
        **_grant_columns(kind=_text("robot"), holder=name, robot_pk=F("robot__pk"))
    )


def _through_teams(given: QuerySet[AccessGrant]) -> QuerySet[Any]:
    person = "team__memberships__membership__user"
    return given.filter(**{f"{person}__isnull": False}).annotate(
        **_grant_columns(
            kind=_text("person"),
            holder=F(f"{person}__username"),
            user_pk=F(f"{person}__pk"),
            source=_text(AccessSource.TEAM),
            through=F("team__name"),
        )
    )


def _publishers(live: QuerySet[Repository]) -> QuerySet[Any]:
    named = TrustedPublisher.objects.filter(repository__in=live.values("pk"))
    return named.annotate(
        **_columns(
            "repository__",
            kind=_text("publisher"),
            holder=F("source_repository"),
            role_name=_text(Role.WRITER),
            source=_text(AccessSource.PUBLISHER),
        )
    )


def _everyone(live: QuerySet[Repository], visibility: Visibility, who: str) -> QuerySet[Any]:
    return live.filter(visibility=visibility).annotate(
        **_columns(
            kind=_text("everyone"),
            holder=_text(who),
            role_name=_text(Role.READER),
            source=_text(AccessSource(visibility.value)),
        )
    )


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


def _grant_columns(**given: Any) -> Mapping[str, Any]:
    return _columns(
        "repository__",
        role_name=F("role"),
        grant_id=F("pk"),
        until=F("expires_at"),
        **({"source": _text(AccessSource.GRANT)} | given),
    )


_COLUMNS = (
    "kind", "holder", "user_pk", "robot_pk", "repository_pk", "repository_name", "role_name",
    "source", "through", "grant_id", "until",
)  # fmt: skip
