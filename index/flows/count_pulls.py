"""Count pulls and pushes of a whole batch: a statement for each table, whatever the batch brings.

An UPDATE for each event is fourteen times as slow (performance.md E). Rows travel as one JSON text,
which SQLite and PostgreSQL both take apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from accounts.statements import run

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
last_pulled_at = CASE WHEN {table}.last_pulled_at > counted.pulled_at THEN {table}.last_pulled_at
                      ELSE counted.pulled_at END
"""
_MANIFESTS = """
UPDATE index_manifest SET pull_count = pull_count + counted.pulls, {latest} FROM {counted}
WHERE index_manifest.repository_id = counted.repository_id AND index_manifest.digest = counted.what
"""
_NAMED_TAGS = """
UPDATE index_tag SET pull_count = pull_count + counted.pulls, {latest} FROM {counted}
WHERE index_tag.repository_id = counted.repository_id AND index_tag.name = counted.what
"""
# Whoever asks by digest was mostly told it of a tag: no tag of what is pulled is idle.
_TAGS_OF_MANIFESTS = """
UPDATE index_tag SET {latest} FROM {counted}
JOIN index_manifest ON index_manifest.repository_id = counted.repository_id
                   AND index_manifest.digest = counted.what
WHERE index_tag.manifest_id = index_manifest.id
"""


@dataclass(slots=True)
class _Pulls:
    number: int
    last_at: datetime


Key = tuple[int, str]


@dataclass(slots=True)
class Counts:
    """What a batch brings, by repository and day, digest or tag."""

    repositories: dict[int, int] = field(default_factory=dict)
    days: dict[tuple[int, date], list[int]] = field(default_factory=dict)
    manifests: dict[Key, _Pulls] = field(default_factory=dict)
    tags: dict[Key, _Pulls] = field(default_factory=dict)

    def add_pull(self, repository: int, *, digest: str, tag: str, at: datetime) -> None:
        """Count one pull of a manifest."""
        self.repositories[repository] = self.repositories.get(repository, 0) + 1
        self._day(repository, at)[0] += 1
        if digest:
            _add(self.manifests, (repository, digest), at)
        if tag:
            _add(self.tags, (repository, tag), at)

    def add_push(self, repository: int, *, at: datetime) -> None:
        """Count one push of a tag."""
        self._day(repository, at)[1] += 1

    def write(self) -> None:
        """Write everything down, inside the transaction of the batch."""
        if self.repositories:
            _write(_REPOSITORIES, sorted(self.repositories.items()))
        if self.days:
            _write(_DAYS, sorted((of, str(day), *many) for (of, day), many in self.days.items()))
        if self.manifests:
            _write(_MANIFESTS, _rows(self.manifests), table="index_manifest")
            _write(_TAGS_OF_MANIFESTS, _rows(self.manifests), table="index_tag")
        if self.tags:
            _write(_NAMED_TAGS, _rows(self.tags), table="index_tag")

    def _day(self, repository: int, at: datetime) -> list[int]:
        return self.days.setdefault((repository, at.date()), [0, 0])


def remember_events(registry: int, event_ids: Iterable[str], *, now: datetime) -> set[str]:
    """Return those ids that this registry has not told before, and remember them."""
    sql = """
    INSERT INTO index_registryevent (registry_id, event_id, applied_at)
    SELECT :registry, value, :now FROM {texts} WHERE true
    ON CONFLICT DO NOTHING RETURNING event_id
    """
    found = run(
        _for_database(sql),
        {"registry": registry, "now": _moment(now), "rows": json.dumps(sorted(event_ids))},
    )
    return {event_id for (event_id,) in found}


def _add(counted: dict[Key, _Pulls], key: Key, at: datetime) -> None:
    known = counted.get(key)
    if known is None:
        counted[key] = _Pulls(1, at)
    else:
        known.number += 1
        known.last_at = max(known.last_at, at)


def _rows(counted: Mapping[Key, _Pulls]) -> list[tuple[Any, ...]]:
    """Return rows in the one order in which everybody locks them."""
    return [
        (repository, what, pulls.number, str(_moment(pulls.last_at)))
        for (repository, what), pulls in sorted(counted.items())
    ]


def _write(sql: str, rows: Sequence[tuple[Any, ...]], *, table: str = "") -> None:
    run(_for_database(sql, table), {"rows": json.dumps(rows)})


def _for_database(sql: str, table: str = "") -> str:
    is_sqlite = connection.vendor == "sqlite"
    words = {
        "rows": "json_each(:rows)" if is_sqlite else "json_array_elements(:rows::json)",
        "texts": "json_each(:rows)" if is_sqlite else "json_array_elements_text(:rows::json)",
        "day": "value ->> 1" if is_sqlite else "CAST(value ->> 1 AS date)",
        "moment": "value ->> 3" if is_sqlite else "CAST(value ->> 3 AS timestamptz)",
    }
    words |= {"latest": _LATEST.format(table=table), "counted": _COUNTED.format(**words)}
    return sql.format(**words)


def _moment(at: datetime) -> Any:
    """Return a time as the database keeps it."""
    return str(at.replace(tzinfo=None)) if connection.vendor == "sqlite" else at
