"""Count pulls and pushes of a whole batch: a statement for each table, whatever the batch brings.

An UPDATE for each event is fourteen times as slow (performance.md E).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
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
WITH counted AS MATERIALIZED (
  SELECT CAST(value ->> 0 AS bigint) AS repository_id, value ->> 1 AS digest, value ->> 2 AS tag,
         {moment} AS pulled_at, CAST(value ->> 4 AS bigint) AS pulls
  FROM {rows})
"""
_LATEST = """
last_pulled_at = CASE WHEN TABLE.last_pulled_at > found.pulled_at THEN TABLE.last_pulled_at
                      ELSE found.pulled_at END
"""


def _spelled(sql: str, table: str) -> str:
    """Return the statement with what several of them share."""
    return _COUNTED + sql.replace("LATEST", _LATEST.replace("TABLE", table))


_MANIFESTS = _spelled(
    """
UPDATE index_manifest SET pull_count = pull_count + found.pulls, LATEST
FROM (SELECT repository_id, digest, SUM(pulls) AS pulls, MAX(pulled_at) AS pulled_at
      FROM counted GROUP BY repository_id, digest) AS found
WHERE index_manifest.repository_id = found.repository_id AND index_manifest.digest = found.digest
""",
    "index_manifest",
)
# Whoever asks by digest was mostly told it of a tag: no tag of what is pulled is idle.
_TAGS = _spelled(
    """
UPDATE index_tag SET pull_count = pull_count + found.pulls, LATEST
FROM (SELECT id, SUM(pulls) AS pulls, MAX(pulled_at) AS pulled_at FROM (
        SELECT named.id, pulls, pulled_at FROM counted
        JOIN index_tag AS named ON named.repository_id = counted.repository_id
                               AND named.name = counted.tag
        UNION ALL
        SELECT pointing.id, 0, pulled_at FROM counted
        JOIN index_manifest ON index_manifest.repository_id = counted.repository_id
                           AND index_manifest.digest = counted.digest
        JOIN index_tag AS pointing ON pointing.manifest_id = index_manifest.id
      ) AS either GROUP BY id) AS found
WHERE index_tag.id = found.id
""",
    "index_tag",
)
_REMEMBER = """
INSERT INTO index_registryevent (registry_id, event_id, applied_at)
SELECT :registry, value, :now FROM {texts} WHERE true
ON CONFLICT DO NOTHING RETURNING event_id
"""


class Counts:
    """What a batch brings: pulls are put together as they come, and sorted out at the end."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._pulls: dict[tuple[int, str, str], list[datetime]] = {}
        self._pushes: Counter[tuple[int, date]] = Counter()

    def add_pull(self, repository: int, *, digest: str, tag: str, at: datetime) -> None:
        """Count one pull of a manifest."""
        self._pulls.setdefault((repository, digest, tag), []).append(at)

    def add_push(self, repository: int, *, at: datetime) -> None:
        """Count one push of a tag."""
        self._pushes[repository, at.date()] += 1

    def write(self) -> None:
        """Write everything down, inside the transaction of the batch; its repositories are locked."""
        repositories: Counter[int] = Counter()
        days: Counter[tuple[int, date]] = Counter()
        for (repository, _digest, _tag), moments in self._pulls.items():
            repositories[repository] += len(moments)
            days.update((repository, at.date()) for at in moments)
        _write(_REPOSITORIES, list(repositories.items()))
        either = days.keys() | self._pushes.keys()
        _write(_DAYS, [(of, str(day), days[of, day], self._pushes[of, day]) for of, day in either])
        counted = [
            (*key, str(max(moments).replace(tzinfo=None)), len(moments))  # UTC, in both databases
            for key, moments in self._pulls.items()
        ]
        _write(_MANIFESTS, counted)
        _write(_TAGS, counted)


def remember_events(registry: int, event_ids: Iterable[str], *, now: datetime) -> set[str]:
    """Return those ids that this registry has not told before, and remember them."""
    found = run_for_rows(_REMEMBER, sorted(event_ids), registry=registry, now=moment(now))
    return {event_id for (event_id,) in found}


def _write(sql: str, rows: list[Any]) -> None:
    if rows:
        run_for_rows(sql, rows)
