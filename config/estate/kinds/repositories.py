"""Repositories, the names that they had, and what administrators have hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Namespace
from accounts.models.namespace import ROOT_NAMESPACE
from accounts.profile_text import check_line
from config.estate.kind import Kind, Refused
from config.estate.known import Known
from config.estate.records import repositories as records
from index.errors import IndexRefusal
from index.flows.take_name import NAME_REST, holders_of
from index.models import FormerName, Hiding, Repository, RepositoryState
from index.names import parse_familiar_name, parse_repository_name
from index.placement import choose_registry
from index.readme import MAXIMUM_LENGTH
from index.tag_patterns import parse_patterns
from index.topics import parse_topics

LONGEST_DESCRIPTION = 100


class Repositories(Kind[records.Repository]):
    """Repositories; what their registries keep stays there."""

    record = records.Repository
    model = Repository
    paths: ClassVar[Mapping[str, Any]] = {
        "registry": "registry__name",
        "created_by": "created_by__username",
    }
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {
        "registry": ("registry_id", "registry"),
        "created_by": ("created_by_id", "person"),
    }
    fixed = frozenset({"visibility", "registry", "stored_name", "mode", "immutable_tags"})

    def rows(self) -> QuerySet[Repository]:
        """Return those that are neither in the trash nor on the way there."""
        return Repository.objects.live()

    def names(self, record: records.Repository) -> Iterator[tuple[str, str]]:
        """Yield its namespace as well."""
        yield "namespace", namespace_of(record.name)
        yield from super().names(record)

    def check(self, record: records.Repository) -> None:
        """Hold names and texts to the grammar."""
        parse_repository_name(record.name)
        if record.stored_name:
            parse_familiar_name(record.stored_name)  # perhaps below library/
        check_line(record.description, what="The description", longest=LONGEST_DESCRIPTION)
        if len(record.readme) > MAXIMUM_LENGTH:
            message = f"the README has more than {MAXIMUM_LENGTH} characters"
            raise Refused(message)
        parse_topics(record.topics)
        parse_patterns(record.immutable_tags)

    def obstacles(
        self, records: Sequence[records.Repository], known: Known
    ) -> dict[tuple[str, ...], str]:
        """Find names that lead to another repository, and those that have no place."""
        wanted = {name for one in records for name in (one.name, one.stored_name or one.name)}
        self._taken, self._gone = _holders(wanted)
        self._places: dict[str, int] = {}
        ended = _ended({namespace_of(one.name) for one in records})
        found = {}
        for one in records:
            if namespace_of(one.name) in ended:
                found[one.key] = f"{namespace_of(one.name)} was closed or deleted"
            elif {one.name, one.stored_name or one.name} & self._taken:
                found[one.key] = f"the name {one.name} is taken, or leads to another repository"
            elif one.registry:
                self._places[one.name] = known.key("registry", one.registry) or 0
            else:
                try:
                    self._places[one.name] = _placed(one)
                except IndexRefusal as refusal:
                    found[one.key] = str(refusal)
        return found

    def create(self, records: Sequence[records.Repository], known: Known) -> None:
        """Make them, while nobody else takes a name in their namespaces."""
        names = {namespace_of(one.name) for one in records}
        locked = Namespace.objects.filter(name__in=names).order_by("pk")
        list(locked.select_for_update(of=("self",), no_key=True))
        super().create(records, known)

    def build(self, record: records.Repository, known: Known) -> Repository:
        """Return the row; no token of a predecessor opens it."""
        values = self.columns(record, known) | {
            "namespace_id": known.key("namespace", namespace_of(record.name)),
            "registry_id": self._places[record.name],
            "stored_name": record.stored_name or record.name,
        }
        return Repository(**values, tokens_not_before=self._gone.get(record.name))

    def affairs(self, record: records.Repository) -> tuple[str, str]:
        """Return its namespace."""
        return namespace_of(record.name), ""


class FormerNames(Kind[records.FormerName]):
    """Names of the past."""

    record = records.FormerName
    model = FormerName
    paths: ClassVar[Mapping[str, Any]] = {"repository": "repository__name"}
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {"repository": ("repository_id", "repository")}
    fixed = frozenset({"repository"})
    is_audited = False

    def rows(self) -> QuerySet[FormerName]:
        """Return those of repositories that are there."""
        return FormerName.objects.filter(repository__state=RepositoryState.ACTIVE)

    def check(self, record: records.FormerName) -> None:
        """Hold the name to the grammar."""
        parse_repository_name(record.name)

    def obstacles(
        self, records: Sequence[records.FormerName], known: Known
    ) -> dict[tuple[str, ...], str]:
        """Find names that another repository has, or had."""
        keys = {one.name: known.key("repository", one.repository) for one in records}
        holders = holders_of(keys).exclude(state=RepositoryState.DELETED)
        names: dict[str, set[int]] = {}
        for key, *held in _spelled(holders):
            for name in held:
                names.setdefault(name, set()).add(key)
        return {
            one.key: f"the name {one.name} leads to another repository"
            for one in records
            if names.get(one.name, set()) - {keys[one.name]}
        }


class Hidings(Kind[records.Hiding]):
    """What administrators have hidden stays hidden."""

    record = records.Hiding
    model = Hiding
    paths: ClassVar[Mapping[str, Any]] = {
        "repository": "repository__name",
        "hidden_by": "hidden_by__username",
    }
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {
        "repository": ("repository_id", "repository"),
        "hidden_by": ("hidden_by_id", "person"),
    }
    fixed = frozenset({"reason"})

    def rows(self) -> QuerySet[Hiding]:
        """Return those of repositories that are there."""
        return Hiding.objects.filter(repository__state=RepositoryState.ACTIVE)

    def check(self, record: records.Hiding) -> None:
        """Hold the reason to the grammar."""
        check_line(record.reason, what="The reason", longest=200)


def namespace_of(name: str) -> str:
    """Return the name of the namespace that a repository of that name is in."""
    return name.partition("/")[0] if "/" in name else ROOT_NAMESPACE


def _ended(names: set[str]) -> set[str]:
    """Return those of namespaces whose holder is gone: nobody would see what is in them."""
    gone = Q(user__closed_at__isnull=False) | Q(organization__deleted_at__isnull=False)
    return set(Namespace.objects.filter(gone, name__in=names).values_list("name", flat=True))


def _placed(record: records.Repository) -> int:
    name = parse_repository_name(record.name)
    registry = choose_registry(name, visibility=record.visibility, size_class=record.size_class)
    return registry.pk


def _holders(names: set[str]) -> tuple[set[str], dict[str, Any]]:
    """Return which names are taken, and when the last one of each that is gone was deleted."""
    holders = holders_of(names)
    there = holders.exclude(state=RepositoryState.DELETED)
    taken = {name for _, *held in _spelled(there) for name in held}
    resting = timezone.now() - NAME_REST
    deleted = holders.filter(state=RepositoryState.DELETED, deleted_at__isnull=False)
    gone = dict(deleted.order_by("deleted_at").values_list("name", "deleted_at"))
    return taken | {name for name, at in gone.items() if at and at > resting}, gone


def _spelled(holders: QuerySet[Repository]) -> Iterator[tuple[Any, ...]]:
    """Yield key, name, stored name and a name of the past of each."""
    yield from holders.values_list("pk", "name", "stored_name", "former_names__name")
