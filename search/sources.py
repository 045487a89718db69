"""Reads what entries are made of: a batch of repositories in six statements, however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts.models import Namespace
from index.contents.indexes import UNKNOWN_PLATFORM
from index.models import DailyCount, FormerName, Repository, RepositoryMode, RepositoryState, Tag
from search.documents import Described, Entry, entry_of
from search.popularity import popularity

_NEWEST_TAGS = 10  # whose platforms a repository is found by
_COUNTED = ("pk", "star_count", "pull_count", "last_pushed_at", "created_at")
_COLUMNS = (
    *_COUNTED, "namespace_id", "name", "visibility", "description", "readme", "topics",
    "image_facts", "mode", "is_automated",
    "namespace__name", "namespace__is_verified", "namespace__user__display_name",
    "namespace__organization__display_name",
)  # fmt: skip
_SHOWN_FACTS = ("source", "licences", "version")


def entries_of(repository_ids: Collection[int]) -> list[Entry]:
    """Return the entries of those that are live, as they are now."""
    rows = Repository.objects.filter(pk__in=repository_ids, state=RepositoryState.ACTIVE)
    return [entry_of(one) for one in _described(list(rows.values(*_COLUMNS)))]


def popularities_of(repository_ids: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield id and popularity of each."""
    rows = list(Repository.objects.filter(pk__in=repository_ids).values(*_COUNTED))
    pulls = _pulls(row["pk"] for row in rows if row["pull_count"])
    for row in rows:
        yield row["pk"], _popularity(row, pulls.get(row["pk"], []))


def _described(rows: list[dict[str, Any]]) -> Iterator[Described]:
    pushed = [row["pk"] for row in rows if row["last_pushed_at"]]
    former = _former_names(rows)
    platforms, pulls = _platforms(pushed), _pulls(row["pk"] for row in rows if row["pull_count"])
    for row in rows:
        owner_names = (
            row["namespace__user__display_name"],
            row["namespace__organization__display_name"],
        )
        yield Described(
            repository_id=row["pk"],
            namespace_id=row["namespace_id"],
            name=row["name"],
            namespace=row["namespace__name"],
            owner_name=next(filter(None, owner_names), ""),
            description=row["description"],
            readme=row["readme"],
            topics=tuple(row["topics"]),
            former_names=tuple(former.get(row["pk"], ())),
            labels=tuple(_labels(row["image_facts"])),
            platforms=tuple(sorted(platforms.get(row["pk"], ()))),
            visibility=row["visibility"],
            is_official="/" not in row["name"],
            is_automated=row["is_automated"],
            is_verified=row["namespace__is_verified"],
            is_archived=row["mode"] == RepositoryMode.ARCHIVED,
            stars=row["star_count"],
            pulls=row["pull_count"],
            pushed_at=row["last_pushed_at"],
            popularity=_popularity(row, pulls.get(row["pk"], [])),
        )


def _popularity(row: dict[str, Any], pulls_by_day: list[tuple[date, int]]) -> int:
    last = row["last_pushed_at"] or row["created_at"]
    return popularity(
        pulls_by_day,
        older_pulls=max(0, row["pull_count"] - sum(pulls for _, pulls in pulls_by_day)),
        stars=row["star_count"],
        last=last.date(),
    )


def _labels(facts: Any) -> Iterator[str]:
    """Return what an image says of itself that people would look for; of an address its path."""
    for name in _SHOWN_FACTS:
        text = facts.get(name, "") if isinstance(facts, dict) else ""
        yield text.partition("://")[2].partition("/")[2] if "://" in text else text


def _platforms(repository_ids: list[int]) -> dict[int, set[str]]:
    """Return what the newest tags of each run on."""
    found: dict[int, set[str]] = defaultdict(set)
    if not repository_ids:
        return found
    newest = Tag.objects.filter(repository__in=repository_ids).annotate(
        place=Window(RowNumber(), partition_by=F("repository_id"), order_by=F("pushed_at").desc())
    )
    kept = newest.filter(place__lte=_NEWEST_TAGS).order_by()
    for repository, platform, children in kept.values_list(
        "repository_id", "manifest__platform", "manifest__children"
    ):
        told = [platform, *(child.get("platform", "") for child in children)]
        found[repository].update(one for one in told if one and one != UNKNOWN_PLATFORM)
    return found


def _former_names(rows: list[dict[str, Any]]) -> dict[int, list[str]]:
    """Return under which names people may still look for them: their own, and their owner's."""
    found: dict[int, list[str]] = defaultdict(list)
    ids, namespaces = [row["pk"] for row in rows], {row["namespace_id"] for row in rows}
    for repository, name in FormerName.objects.filter(repository__in=ids).values_list("repository_id", "name"):  # fmt: skip
        found[repository].append(name)
    renamed = Namespace.objects.filter(redirects_to__in=namespaces)
    owners: dict[int, list[str]] = defaultdict(list)
    for namespace, name in renamed.values_list("redirects_to_id", "name"):
        owners[namespace].append(name)
    for row in rows:
        short = row["name"].partition("/")[2]
        found[row["pk"]] += [f"{owner}/{short}" for owner in owners.get(row["namespace_id"], ())]
    return found


def _pulls(repository_ids: Iterable[int]) -> dict[int, list[tuple[date, int]]]:
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    days = DailyCount.objects.filter(repository__in=list(repository_ids), pulls__gt=0)
    for repository, day, pulls in days.values_list("repository_id", "day", "pulls"):
        found[repository].append((day, pulls))
    return found
