"""The 3,000 repositories: what the tables say, and the same in the database.

`repositories/official.tsv` and `organizations.tsv` are names that people know, with descriptions in words
of our own; `people.tsv` is made up: companies, hobbies, copies of well-known images, link farms, and what
was never pushed. `days` is how long ago the last push was, empty for never; platforms without `linux/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from accounts.models import Namespace, Organization, User, Visibility
from accounts.models.namespace import ROOT_NAMESPACE
from index.models import DailyCount, Manifest, Registry, Repository, RepositoryMode, Tag
from tests.factories import make_digest, new_registry
from tests.search.relevance.tables import HERE, read_table

# Popularity fades with time, so the order of neighbours is exact for one moment only.
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
_INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
_IMAGE_TYPE = "application/vnd.oci.image.manifest.v1+json"
# How many days ago, and which part of all pulls that day had: of what is kept up, and of what is not.
_PULLS_OF_THE_LIVING = ((1, 0.002), (15, 0.03), (60, 0.08), (200, 0.2))
_PULLS_OF_THE_OLD = ((60, 0.01), (300, 0.05))
_OLD = 400  # days without a push


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a namespace."""

    name: str
    is_organization: bool
    display_name: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A repository as the table has it."""

    name: str
    description: str
    readme: str
    topics: tuple[str, ...]
    labels: dict[str, str]
    platforms: tuple[str, ...]
    stars: int
    pulls: int
    days: int | None  # since the last push; None: never pushed
    visibility: Visibility
    mode: RepositoryMode
    is_automated: bool

    @property
    def namespace(self) -> str:
        """The name of the namespace it lives in."""
        return self.name.partition("/")[0] if "/" in self.name else ROOT_NAMESPACE

    @property
    def is_for_everybody(self) -> bool:
        """Whether somebody without an account may find it."""
        return self.visibility is Visibility.PUBLIC and self.days is not None

    @property
    def pushed_at(self) -> datetime | None:
        """When it was pushed the last time."""
        return None if self.days is None else NOW - timedelta(days=self.days)


def read_repositories() -> list[Listed]:
    """Return all of them."""
    paths = sorted((HERE / "repositories").glob("*.tsv"))
    return [_listed(row) for path in paths for row in read_table(path)]


def read_owners() -> list[Owner]:
    """Return who holds their namespaces."""
    return [
        Owner(
            row["name"], row["kind"] == "organization", row["display name"], bool(row["verified"])
        )
        for row in read_table(HERE / "owners.tsv")
    ]


def load_corpus() -> None:
    """Put them into the database, each table in one statement. The clock has to stand at NOW."""
    listed = read_repositories()
    registry = new_registry("corpus")
    registry.save()
    namespaces = _load_owners(read_owners())
    repositories = Repository.objects.bulk_create(
        _repository(one, namespaces[one.namespace], registry) for one in listed
    )
    pairs = list(zip(listed, repositories, strict=True))
    manifests = Manifest.objects.bulk_create(_manifests(pairs))
    Tag.objects.bulk_create(
        Tag(
            repository_id=manifest.repository_id,
            name="latest",
            manifest=manifest,
            pushed_at=manifest.pushed_at or NOW,
        )
        for manifest in manifests
    )
    DailyCount.objects.bulk_create(_daily_counts(pairs))


def take_stock() -> None:
    """Let PostgreSQL count what is there; in life that is done when a transaction has ended.

    It would plan by what earlier tests left, which is nothing: 200 searches took six times as long.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _listed(row: dict[str, str]) -> Listed:
    return Listed(
        name=row["name"],
        description=row["description"],
        readme=row["readme"],
        topics=tuple(row["topics"].split()),
        labels=dict(one.split("=", 1) for one in row["labels"].split()),
        platforms=tuple(_platform(one) for one in row["platforms"].split()),
        stars=int(row["stars"]),
        pulls=int(row["pulls"]),
        days=int(row["days"]) if row["days"] else None,
        visibility=Visibility(row["visibility"]),
        mode=RepositoryMode(row["mode"] or "open"),
        is_automated=bool(row["automated"]),
    )


def _platform(short: str) -> str:
    return short if short.startswith("windows/") else f"linux/{short}"


def _load_owners(owners: Iterable[Owner]) -> dict[str, Namespace]:
    """Return their namespaces by name, the root among them."""
    listed = list(owners)
    organizations = Organization.objects.bulk_create(
        Organization(name=one.name, display_name=one.display_name)
        for one in listed
        if one.is_organization
    )
    users = User.objects.bulk_create(
        User(username=one.name, display_name=one.display_name, password="!")
        for one in listed
        if not one.is_organization
    )
    holders: dict[str, dict[str, Organization | User]] = {
        **{one.name: {"organization": one} for one in organizations},
        **{one.username: {"user": one} for one in users},
    }
    root, _ = Namespace.objects.get_or_create(name=ROOT_NAMESPACE)
    made = Namespace.objects.bulk_create(
        Namespace(name=one.name, is_verified=one.is_verified, **holders[one.name]) for one in listed
    )
    return {one.name: one for one in (root, *made)}


def _repository(one: Listed, namespace: Namespace, registry: Registry) -> Repository:
    return Repository(
        namespace=namespace,
        name=one.name,
        stored_name=one.name,
        registry=registry,
        visibility=one.visibility,
        description=one.description,
        readme=one.readme,
        image_facts=one.labels,
        topics=list(one.topics),
        mode=one.mode,
        created_at=(one.pushed_at or NOW) - timedelta(days=_OLD),
        last_pushed_at=one.pushed_at,
        pull_count=one.pulls,
        star_count=one.stars,
        is_automated=one.is_automated,
    )


def _manifests(pairs: Iterable[tuple[Listed, Repository]]) -> Iterator[Manifest]:
    """Yield what `latest` points to: an image, or an index of several."""
    for one, repository in pairs:
        if one.pushed_at is None:
            continue
        children = [
            {"digest": make_digest(f"{one.name}:{platform}"), "platform": platform}
            for platform in one.platforms
        ]
        is_index = len(children) > 1
        yield Manifest(
            repository=repository,
            digest=make_digest(f"{one.name}:latest"),
            media_type=_INDEX_TYPE if is_index else _IMAGE_TYPE,
            platform="" if is_index else one.platforms[0],
            children=children if is_index else [],
            pushed_at=one.pushed_at,
            described_at=NOW,
        )


def _daily_counts(pairs: Iterable[tuple[Listed, Repository]]) -> Iterator[DailyCount]:
    """Yield some days; all other pulls are from before days were counted."""
    for one, repository in pairs:
        is_old = one.days is None or one.days > _OLD
        for days, part in _PULLS_OF_THE_OLD if is_old else _PULLS_OF_THE_LIVING:
            if pulls := int(one.pulls * part):
                day = (NOW - timedelta(days=days)).date()
                yield DailyCount(repository=repository, day=day, pulls=pulls)
