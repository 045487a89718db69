"""Who may what, who likes and watches what, and which tags are deleted by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from config.estate.kind import Kind, Refused
from config.estate.kinds.repositories import namespace_of
from config.estate.known import Known, full_name
from config.estate.records import repositories as records
from index.models import (
    AccessGrant,
    DefaultGrant,
    Repository,
    RepositoryState,
    RetentionRule,
    Star,
    Watch,
)
from index.retention import Limits

_REPOSITORY = {"repository": ("repository_id", "repository")}
_PERSON = {"person": ("user_id", "person")}
_MACHINES = {"team": ("team_id", "team"), "robot": ("robot_id", "robot")}
_OF_MACHINES: dict[str, Any] = {
    "team": full_name("organization", "/", of="team"),
    "robot": full_name("namespace", "+", of="robot"),
}


class Grants(Kind[records.Grant]):
    """Grants of people, teams and robots."""

    record = records.Grant
    model = AccessGrant
    paths: ClassVar[Mapping[str, Any]] = _OF_MACHINES | {
        "repository": "repository__name",
        "person": "user__username",
        "granted_by": "granted_by__username",
    }
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {
        **_REPOSITORY, **_PERSON, **_MACHINES, "granted_by": ("granted_by_id", "person"),
    }  # fmt: skip

    def rows(self) -> QuerySet[AccessGrant]:
        """Return those that hold; one that has ended gives nothing."""
        holds = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return AccessGrant.objects.filter(holds, repository__state=RepositoryState.ACTIVE)

    def check(self, record: records.Grant) -> None:
        """Hold it to one grantee, who belongs there."""
        if [bool(record.person), bool(record.team), bool(record.robot)].count(True) != 1:
            message = "it is of exactly one person, team or robot"
            raise Refused(message)
        namespace = namespace_of(record.repository)
        _check_belongs(record.team or record.robot.replace("+", "/"), namespace)
        if record.person == namespace:
            message = f"{record.person} owns this namespace and may do everything already"
            raise Refused(message)

    def change(self, key: int, record: records.Grant, changed: Sequence[str], known: Known) -> None:
        """Change role and end; whoever was warned of the old end is warned again."""
        super().change(key, record, changed, known)
        AccessGrant.objects.filter(pk=key).update(warned_at=None)


class DefaultGrants(Kind[records.DefaultGrant]):
    """Default permissions."""

    record = records.DefaultGrant
    model = DefaultGrant
    paths: ClassVar[Mapping[str, Any]] = _OF_MACHINES | {"namespace": "namespace__name"}
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {
        "namespace": ("namespace_id", "namespace"), **_MACHINES,
    }  # fmt: skip

    def check(self, record: records.DefaultGrant) -> None:
        """Hold it to one grantee, who belongs there."""
        if bool(record.team) == bool(record.robot):
            message = "it is of exactly one team or robot"
            raise Refused(message)
        _check_belongs(record.team or record.robot.replace("+", "/"), record.namespace)


class Stars(Kind[records.Star]):
    """Stars, and how many a repository has."""

    record = records.Star
    model = Star
    paths: ClassVar[Mapping[str, Any]] = {
        "repository": "repository__name", "person": "user__username", "since": "created_at",
    }  # fmt: skip
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {**_REPOSITORY, **_PERSON}
    find_by = ("repository", "person")
    is_audited = False

    def rows(self) -> QuerySet[Star]:
        """Return those of repositories that are there."""
        return Star.objects.filter(repository__state=RepositoryState.ACTIVE)

    def create(self, records: Sequence[records.Star], known: Known) -> None:
        """Make them and count them."""
        super().create(records, known)
        starred = {known.key("repository", one.repository) for one in records}
        counted = Star.objects.filter(repository__in=starred).values("repository").order_by()
        by_count: dict[int, list[int]] = {}
        for row in counted.annotate(count=Count("pk")):
            by_count.setdefault(row["count"], []).append(row["repository"])
        for count, keys in by_count.items():
            Repository.objects.filter(pk__in=keys).update(star_count=count)


class Watches(Kind[records.Watch]):
    """Watches; mails begin with what happens from now on."""

    record = records.Watch
    model = Watch
    paths: ClassVar[Mapping[str, Any]] = {
        "repository": "repository__name", "person": "user__username", "since": "created_at",
    }  # fmt: skip
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {**_REPOSITORY, **_PERSON}
    find_by = ("repository", "person")
    is_audited = False

    def rows(self) -> QuerySet[Watch]:
        """Return those of repositories that are there."""
        return Watch.objects.filter(repository__state=RepositoryState.ACTIVE)


class RetentionRules(Kind[records.RetentionRule]):
    """Retention rules; they run within a day, and what they delete lies in the trash."""

    record = records.RetentionRule
    model = RetentionRule
    paths: ClassVar[Mapping[str, Any]] = {
        "repository": "repository__name",
        "created_by": "created_by__username",
    }
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {
        **_REPOSITORY, "created_by": ("created_by_id", "person"),
    }  # fmt: skip

    def rows(self) -> QuerySet[RetentionRule]:
        """Return those of repositories that are there."""
        return RetentionRule.objects.filter(repository__state=RepositoryState.ACTIVE)

    def check(self, record: records.RetentionRule) -> None:
        """Hold it to what the flow takes."""
        Limits(
            record.pattern, record.keep_newest, record.keep_pushed_days, record.keep_pulled_days
        ).check()


def _check_belongs(grantee: str, namespace: str) -> None:
    if grantee and grantee.partition("/")[0] != namespace:
        message = f"{grantee} does not belong to {namespace}"
        raise Refused(message)
