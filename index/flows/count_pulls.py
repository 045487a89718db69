"""Count pulls and pushes of a whole batch: a statement for each table, whatever the batch brings.

An UPDATE for each event is fourteen times as slow (performance.md E).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from index.batches import moment, run_for_rows

_REPOSITORIES = """
UPDATE index_repository SET pull_count = pull_count + counted.pulls
FROM (SELECT CAST(value ->> 0 AS bigint) AS id, CAST(value ->> 1 AS bigint) AS pulls
      FROM {rows}) AS counted
WHERE index_repository.id = counted.id
"""
_DAYS = """
INSERT INTO index_dailycount (repository_id, day, pulls, pushes)
SELECT CAST(value ->> 0 AS bigint), {day}, CAST(value ->> 2 AS bigint), CAST(value ->> 3 AS bigint)
FROM {rows} WHERE true
ON CONFLICT (repository_id, day) DO UPDATE SET
  pulls = index_dailycount.pulls + excluded.pulls, pushes = index_dailycount.pushes + excluded.pushes
"""
_COUNTED = """
(SELECT CAST(value ->> 0 AS bigint) AS repository_id, value ->> 1 AS what,
        CAST(value ->> 2 AS bigint) AS pulls, {moment} AS pulled_at
 FROM {rows}) AS counted
"""
_LATEST = """
last_pulled_at = CASE WHEN TABLE.last_pulled_at > counted.pulled_at THEN TABLE.last_pulled_at
                      ELSE counted.pulled_at END
"""


def _spelled(sql: str, table: str) -> str:
    """Return the statement with what several of them share."""
    return sql.replace("LATEST", _LATEST.replace("TABLE", table)).replace("COUNTED", _COUNTED)


_MANIFESTS = _spelled(
    """
UPDATE index_manifest SET pull_count = pull_count + counted.pulls, LATEST FROM COUNTED
WHERE index_manifest.repository_id = counted.repository_id AND index_manifest.digest = counted.what
""",
    "index_manifest",
)
_NAMED_TAGS = _spelled(
    """
UPDATE index_tag SET pull_count = pull_count + counted.pulls, LATEST FROM COUNTED
WHERE index_tag.repository_id = counted.repository_id AND index_tag.name = counted.what
""",
    "index_tag",
)
# Whoever asks by digest was mostly told it of a tag: no tag of what is pulled is idle.
_TAGS_OF_MANIFESTS = _spelled(
    """
UPDATE index_tag SET LATEST FROM COUNTED
JOIN index_manifest ON index_manifest.repository_id = counted.repository_id
                   AND index_manifest.digest = counted.what
WHERE index_tag.manifest_id = index_manifest.id
""",
    "index_tag",
)
_REMEMBER = """
INSERT INTO index_registryevent (registry_id, event_id, applied_at)
SELECT :registry, value, :now FROM {texts} WHERE true
ON CONFLICT DO NOTHING RETURNING event_id
"""


Key = tuple[int, str]
Pulls = tuple[int, datetime]  # how many, and the last of them


class Counts:
    """What a batch brings: pulls are put together as they come, and sorted out at the end."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._pulls: dict[tuple[int, date, str, str], Pulls] = {}
        self._pushes: Counter[tuple[int, date]] = Counter()

    def add_pull(self, repository: int, *, digest: str, tag: str, at: datetime) -> None:
        """Count one pull of a manifest."""
        key = (repository, at.date(), digest, tag)
        known = self._pulls.get(key)
        self._pulls[key] = (known[0] + 1, max(known[1], at)) if known else (1, at)

    def add_push(self, repository: int, *, at: datetime) -> None:
        """Count one push of a tag."""
        self._pushes[repository, at.date()] += 1

    def write(self) -> None:
        """Write everything down, inside the transaction of the batch."""
        repositories: Counter[int] = Counter()
        days: Counter[tuple[int, date]] = Counter()
        manifests: dict[Key, Pulls] = {}
        tags: dict[Key, Pulls] = {}
        for (repository, day, digest, tag), pulls in self._pulls.items():
            repositories[repository] += pulls[0]
            days[repository, day] += pulls[0]
            _add(manifests, (repository, digest), pulls)
            _add(tags, (repository, tag), pulls)
        _write(_REPOSITORIES, sorted(repositories.items()))
        either = sorted(days.keys() | self._pushes.keys())
        _write(_DAYS, [(of, str(day), days[of, day], self._pushes[of, day]) for of, day in either])
        _write(_MANIFESTS, _rows(manifests))
        _write(_TAGS_OF_MANIFESTS, _rows(manifests))
        _write(_NAMED_TAGS, _rows(tags))


def remember_events(registry: int, event_ids: Iterable[str], *, now: datetime) -> set[str]:
    """Return those ids that this registry has not told before, and remember them."""
    found = run_for_rows(_REMEMBER, sorted(event_ids), registry=registry, now=moment(now))
    return {event_id for (event_id,) in found}


def _add(counted: dict[Key, Pulls], key: Key, more: Pulls) -> None:
    if key[1]:
        known = counted.get(key, (0, more[1]))
        counted[key] = (known[0] + more[0], max(known[1], more[1]))


def _rows(counted: Mapping[Key, Pulls]) -> list[tuple[Any, ...]]:
    """Return rows in the one order in which everybody locks them."""
    return [
        (repository, what, number, str(last_at.replace(tzinfo=None)))  # UTC, in both databases
        for (repository, what), (number, last_at) in sorted(counted.items())
    ]


def _write(sql: str, rows: list[Any]) -> None:
    if rows:
        run_for_rows(sql, rows)
