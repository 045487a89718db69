"""Reads what entries are made of: a batch of repositories in four statements, however many they are.

By hand: this is done after each change, and for millions of repositories when the index is made anew.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson

from accounts.statements import held, moment, moment_or_none
from index.batches import run_for_rows
from index.contents.indexes import UNKNOWN_PLATFORM
from index.models import Repository, RepositoryMode
from search.documents import Described, Entry, entry_of
from search.popularity import popularity

_NEWEST_TAGS = 10  # whose platforms a repository is found by
_REPOSITORIES = """
SELECT r.id, r.namespace_id, r.name, n.name, COALESCE(NULLIF(u.display_name, ''), o.display_name, ''),
  r.description, r.readme, r.topics, r.image_facts, r.visibility, r.mode, r.is_automated, n.is_verified,
  r.star_count, r.pull_count, r.last_pushed_at, r.created_at
FROM index_repository r JOIN accounts_namespace n ON n.id = r.namespace_id
LEFT JOIN accounts_user u ON u.id = n.user_id
LEFT JOIN accounts_organization o ON o.id = n.organization_id
WHERE r.state = 'active' AND r.id {among_ids}
"""
_COUNTED = """
SELECT id, star_count, pull_count, last_pushed_at, created_at FROM index_repository WHERE id {among_ids}
"""
_PLATFORMS = """
SELECT newest.repository_id, m.platform, m.children FROM (
  SELECT repository_id, manifest_id,
    row_number() OVER (PARTITION BY repository_id ORDER BY pushed_at DESC) AS place
  FROM index_tag WHERE repository_id {among_ids}) AS newest
JOIN index_manifest m ON m.id = newest.manifest_id WHERE newest.place <= :most
"""
_PULLS = "SELECT repository_id, day, pulls FROM index_dailycount WHERE pulls > 0 AND repository_id {among_ids}"
_FORMER_NAMES = """
SELECT repository_id, name, '' FROM index_formername WHERE repository_id {among_ids}
UNION ALL SELECT r.id, r.name, n.name FROM index_repository r
JOIN accounts_namespace n ON n.redirects_to_id = r.namespace_id WHERE r.id {among_ids}
"""
_SHOWN_FACTS = ("source", "licences", "version")

Days = list[tuple[date, int]]


class _Row(NamedTuple):
    """A row of `_REPOSITORIES`."""

    pk: int
    namespace_id: int
    name: str
    namespace: str
    owner_name: str
    description: str
    readme: str
    topics: str
    facts: str
    visibility: str
    mode: str
    is_automated: bool
    is_verified: bool
    stars: int
    pulls: int
    pushed_at: Any
    created_at: Any


def some_repositories(size: int) -> list[int]:
    """Return the ids of all of them, or about so many by chance; some of those may be of none."""
    ids = list(Repository.objects.order_by("pk").values_list("pk", flat=True)[: size + 1])
    if len(ids) <= size:
        return ids
    last = Repository.objects.order_by("-pk").values_list("pk", flat=True)[0]
    return random.sample(range(1, last + 1), size)


def entries_of(repository_ids: Collection[int], *, are_held: bool = False) -> list[Entry]:
    """Return the entries of those that are live, as they are now.

    `are_held`: they are held until the commit, and those that others hold are left out.
    """
    return [entry_of(one) for one in described(repository_ids, are_held=are_held)]


def described(repository_ids: Collection[int], *, are_held: bool = False) -> Iterator[Described]:
    """Yield what is indexed of those that are live."""
    select = held(_REPOSITORIES, of="r") if are_held else _REPOSITORIES
    rows = [_Row(*row) for row in run_for_rows(select, list(repository_ids))]
    pushed = [row.pk for row in rows if row.pushed_at]
    platforms, former = _platforms(pushed), _former_names([row.pk for row in rows])
    days = _pulls(row.pk for row in rows if row.pulls)
    for row in rows:
        last = moment_or_none(row.pushed_at)
        yield Described(
            repository_id=row.pk,
            namespace_id=row.namespace_id,
            name=row.name,
            namespace=row.namespace,
            owner_name=row.owner_name,
            description=row.description,
            readme=row.readme,
            topics=tuple(orjson.loads(row.topics)),
            former_names=tuple(former.get(row.pk, ())),
            labels=tuple(_labels(orjson.loads(row.facts))),
            platforms=tuple(sorted(platforms.get(row.pk, ()))),
            visibility=row.visibility,
            is_official="/" not in row.name,
            is_automated=bool(row.is_automated),
            is_verified=bool(row.is_verified),
            is_archived=row.mode == RepositoryMode.ARCHIVED,
            stars=row.stars,
            pulls=row.pulls,
            pushed_at=last,
            popularity=_popularity(
                days.get(row.pk, []), row.stars, row.pulls, last or moment(row.created_at)
            ),
        )


def popularities_of(repository_ids: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield id and popularity of each."""
    rows = run_for_rows(_COUNTED, list(repository_ids))
    days = _pulls(pk for pk, _, pulls, _, _ in rows if pulls)
    for pk, stars, pulls, pushed_at, created_at in rows:
        last = moment_or_none(pushed_at) or moment(created_at)
        yield pk, _popularity(days.get(pk, []), stars, pulls, last)


def _popularity(days: Days, stars: int, pulls: int, last: datetime) -> int:
    older = max(0, pulls - sum(counted for _, counted in days))
    return popularity(days, older_pulls=older, stars=stars, last=last.date())


def _labels(facts: Any) -> Iterator[str]:
    """Return what an image says of itself that people would look for; of an address its path."""
    for name in _SHOWN_FACTS:
        text = facts.get(name, "") if isinstance(facts, dict) else ""
        yield text.partition("://")[2].partition("/")[2] if "://" in text else text


def _platforms(repository_ids: list[int]) -> dict[int, set[str]]:
    """Return what the newest tags of each run on."""
    found: dict[int, set[str]] = defaultdict(set)
    if repository_ids:
        for pk, platform, children in run_for_rows(_PLATFORMS, repository_ids, most=_NEWEST_TAGS):
            told = [platform, *(child.get("platform", "") for child in orjson.loads(children))]
            found[pk].update(one for one in told if one and one != UNKNOWN_PLATFORM)
    return found


def _former_names(repository_ids: list[int]) -> dict[int, list[str]]:
    """Return under which names people may still look for them: their own, and their owner's."""
    found: dict[int, list[str]] = defaultdict(list)
    for pk, name, owner in run_for_rows(_FORMER_NAMES, repository_ids):
        found[pk].append(f"{owner}/{name.partition('/')[2]}" if owner else name)
    return found


def _pulls(repository_ids: Iterable[int]) -> dict[int, Days]:
    found: dict[int, Days] = defaultdict(list)
    if wanted := list(repository_ids):
        for pk, day, pulls in run_for_rows(_PULLS, wanted):
            found[pk].append((date.fromisoformat(day) if isinstance(day, str) else day, pulls))
    return found
