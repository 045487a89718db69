"""Loads what was found, as it is now, and leaves out what the principal may not find any more.

The index follows within seconds; what somebody may see holds at once. By hand, with what pages, docker and
the API show of a result: by querysets this takes longer than the search itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from accounts.models import Namespace
from accounts.statements import loaded, moment, moment_or_none
from index.batches import run_for_rows
from index.models import Repository
from search.backends.base import Hit, Reach
from search.documents import audience_of
from search.reach import reaches

_ROWS = """
SELECT r.id, r.namespace_id, r.name, r.visibility, r.mode, r.description, CAST(r.topics AS text), r.is_automated,
  r.star_count, r.pull_count, r.created_at, r.last_pushed_at, n.name, n.is_verified, n.organization_id
FROM index_repository r JOIN accounts_namespace n ON n.id = r.namespace_id
WHERE r.state = 'active' AND r.id {among_ids}
"""


def shown(reach: Reach, hits: Sequence[Hit]) -> list[Repository]:
    """Return the repositories in the order of the hits, with their namespaces; of other columns Django asks."""
    ids = [hit.repository_id for hit in hits]
    rows = run_for_rows(_ROWS, ids, binary=True) if ids else []  # times as text take half of it
    found = {one.pk: one for one in map(_repository, rows) if _is_reached(reach, one)}
    return [found[pk] for pk in ids if pk in found]


def _is_reached(reach: Reach, repository: Repository) -> bool:
    audience = audience_of(repository.visibility, repository.last_pushed_at)
    return reaches(
        reach,
        audience,
        name=repository.name,
        namespace_id=repository.namespace_id,
        repository_id=repository.pk,
    )


def _repository(row: Sequence[Any]) -> Repository:
    repository = loaded(
        Repository,
        id=row[0],
        namespace_id=row[1],
        name=row[2],
        visibility=row[3],
        mode=row[4],
        description=row[5],
        topics=orjson.loads(row[6]),
        is_automated=bool(row[7]),
        star_count=row[8],
        pull_count=row[9],
        created_at=moment(row[10]),
        last_pushed_at=moment_or_none(row[11]),
    )
    repository._state.fields_cache["namespace"] = loaded(
        Namespace, id=row[1], name=row[12], is_verified=bool(row[13]), organization_id=row[14]
    )
    return repository
