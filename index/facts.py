"""One statement for one decision: who proves what, before which repositories.

The statement gathers, `index.rules` decides. It is asked at every token and at every request to a
registry, so it is written by hand (`accounts.statements`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from accounts.models import Visibility
from accounts.principals import Principal
from accounts.statements import Row, moment_or_none, now, run
from index.models.registry import Writers
from index.models.repository import RepositoryMode
from index.roles import EVERY_ACTION, Action, Role
from index.rules import Standing

# Who it is about where that is known already. Ways to prove it have columns of their own after these
# two (accounts.proofs, tokenauth.proofs).
KNOWN = "SELECT CAST(:user AS bigint) AS user_id, CAST(:robot AS bigint) AS robot_id"

_FACTS = """
  r.id, r.name, r.stored_name, r.visibility, r.state, r.mode, r.immutable_tags, r.tokens_not_before,
  registry.name, registry.service, registry.writers, r.writes_held_until, registry.writes_held_until,
  n.frozen_at IS NOT NULL,
  n.user_id = who.user_id OR EXISTS (
    SELECT 1 FROM accounts_membership m
    WHERE m.organization_id = n.organization_id AND m.user_id = who.user_id AND m.role = 'owner'),
  (SELECT CAST(MAX(CASE g.role WHEN 'admin' THEN 3 WHEN 'writer' THEN 2 WHEN 'reader' THEN 1 END)
             AS text) || ' ' || COALESCE(CAST(MIN(g.expires_at) AS text), '')
   FROM (
     SELECT role, expires_at FROM index_accessgrant
     WHERE repository_id = r.id AND user_id = who.user_id
     UNION ALL
     SELECT role, expires_at FROM index_accessgrant
     WHERE repository_id = r.id AND robot_id = who.robot_id
     UNION ALL
     SELECT given.role, given.expires_at FROM accounts_membership m
     CROSS JOIN accounts_teammembership tm CROSS JOIN index_accessgrant given
     WHERE m.user_id = who.user_id AND tm.membership_id = m.id
       AND given.repository_id = r.id AND given.team_id = tm.team_id
   ) g WHERE g.expires_at IS NULL OR g.expires_at > :now)
"""
_WIDTH = 16
# LEFT, though each repository has both: of a join in parentheses SQLite makes a table first.
_JOINED = """
LEFT JOIN accounts_namespace n ON n.id = r.namespace_id
LEFT JOIN index_registry registry ON registry.id = r.registry_id
"""
_ROLES = (None, Role.READER, Role.WRITER, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database says of one repository and whoever asks."""

    repository_id: int
    name: str
    stored_name: str
    visibility: Visibility
    live: bool
    mode: RepositoryMode
    immutable_tags: list[str]
    tokens_not_before: datetime | None
    registry: str
    service: str
    writers: Writers
    held_until: datetime | None  # writes to it, by a move; the next one: by a garbage collection
    registry_held_until: datetime | None
    is_frozen: bool  # the namespace, by an administrator
    holds_namespace: bool
    granted: Role | None
    until: datetime | None  # when the first of the grants ends that give this

    def standing(self, principal: Principal) -> Standing:
        """Return the standing of the principal whom the statement was asked about."""
        robot, workload = principal.robot, principal.workload
        return Standing(
            signed_in=principal.user is not None or robot is not None,
            administrator=principal.is_administrator,
            holds_namespace=self.holds_namespace,
            granted=self.granted,
            published=workload is not None and workload.repository_id == self.repository_id,
            visibility=self.visibility,
            live=self.live,
            ceiling=ceiling_of(principal, self.name),
            mode=self.mode,
            writers=self.writers,
            is_builder=workload is not None or (robot is not None and robot.is_builder),
            is_frozen=self.is_frozen,
        )


def ceiling_of(principal: Principal, name: str) -> frozenset[Action]:
    """Return what the principal's credential leaves of its actions on a repository."""
    limits = principal.limits
    if limits is None:
        return EVERY_ACTION
    if not limits.reaches(name):
        return frozenset()
    return frozenset(action for action in EVERY_ACTION if action in limits.actions)


def facts_by_name(principal: Principal, names: Sequence[str]) -> dict[str, Facts]:
    """Return the facts of those repositories that are called so today, deleted ones left out."""
    _, found = gather(KNOWN, _known(principal), names)
    return found


def facts_by_id(principal: Principal, ids: Iterable[int]) -> dict[int, Facts]:
    """Return the facts of repositories, whatever their state: one query, however many."""
    wanted = {f"id{number}": pk for number, pk in enumerate(ids)}
    rows = run(_by_id(len(wanted)), {**_known(principal), **wanted, "now": now()})
    return {row[0]: _read(row) for row in rows}


def gather(
    who: str, params: Mapping[str, Any], names: Sequence[str]
) -> tuple[Row | None, dict[str, Facts]]:
    """Return the row of `who`, None if there is none, and the facts by name.

    `who` is a SELECT of at most one row with `user_id` and `robot_id`; `params` are its parameters.
    """
    values = {f"name{number}": name for number, name in enumerate(names)}
    rows = run(_by_name(who, len(names)), {**params, **values, "now": now()})
    if not rows:
        return None, {}
    found = [_read(row[-_WIDTH:]) for row in rows if row[-_WIDTH] is not None]
    return rows[0][:-_WIDTH], {facts.name: facts for facts in found}


# No value is ever written into a statement: counts, and constants of this module and its callers.
@lru_cache(maxsize=256)
def _by_name(who: str, count: int) -> str:
    called = f"r.name IN ({_parameters('name', count)})" if count else "1 = 0"
    return (
        f"WITH who AS ({who}) SELECT who.*, {_FACTS} FROM who LEFT JOIN "  # noqa: S608
        f"index_repository r ON {called} AND r.state <> 'deleted' {_JOINED}"
    )


@lru_cache(maxsize=256)
def _by_id(count: int) -> str:
    chosen = f"r.id IN ({_parameters('id', count)})" if count else "1 = 0"
    return (
        f"WITH who AS ({KNOWN}) SELECT {_FACTS} FROM who, index_repository r {_JOINED} "  # noqa: S608
        f"WHERE {chosen}"
    )


def _parameters(prefix: str, count: int) -> str:
    return ", ".join(f":{prefix}{number}" for number in range(count))


def _known(principal: Principal) -> dict[str, int | None]:
    user, robot = principal.user, principal.robot
    return {"user": user.pk if user else None, "robot": robot.pk if robot else None}


def _read(row: Sequence[Any]) -> Facts:
    rank, _, until = (row[15] or "0").partition(" ")
    return Facts(
        repository_id=row[0],
        name=row[1],
        stored_name=row[2],
        visibility=Visibility(row[3]),
        live=row[4] == "active",
        mode=RepositoryMode(row[5]),
        immutable_tags=json.loads(row[6]) if row[6] != "[]" else [],
        tokens_not_before=moment_or_none(row[7]),
        registry=row[8],
        service=row[9],
        writers=Writers(row[10]),
        held_until=moment_or_none(row[11]),
        registry_held_until=moment_or_none(row[12]),
        is_frozen=bool(row[13]),
        holds_namespace=bool(row[14]),
        granted=_ROLES[int(rank)],
        until=moment_or_none(until or None),
    )
