"""What the engines in both databases share: statements over the rows of entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

import orjson
from django.db import connection

from accounts.statements import Row, moment, run
from accounts.token_limits import TokenLimits
from index.batches import moment as as_kept
from search.backends.base import Hit, Key
from search.dictionary import Known
from search.documents import NEVER
from search.expressions import Expression
from search.query import Sort
from search.ranking import Checks, Plan

# Says of an expression how a row is asked for it; the name is for parameters.
Matcher: TypeAlias = Callable[[Expression, str], "Conditions"]

# The column of each order, and whether the largest comes first.
_ORDERS = {
    Sort.BEST: ("e.popularity", True),
    Sort.STARS: ("e.stars", True),
    Sort.PULLS: ("e.pulls", True),
    Sort.UPDATED: ("e.pushed_at", True),
    Sort.NAME: ("e.name", False),
}
_MICROSECOND = timedelta(microseconds=1)
_FEW = 3_000  # rows that are counted to see whether there are any


@dataclass(slots=True)
class Conditions:
    """Conditions of a statement, and the parameters that they name."""

    texts: list[str] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)

    def ask(self, text: str, **params: Any) -> None:
        """Ask this too."""
        self.texts.append(text)
        self.params |= params

    def copy(self) -> Conditions:
        """Return the same ones, to ask more."""
        return Conditions(list(self.texts), dict(self.params))

    def join(self, other: Conditions) -> None:
        """Ask all of the other's too."""
        self.ask(str(other), **other.params)

    def __str__(self) -> str:
        """Return them as they follow WHERE."""
        return " AND ".join(self.texts) if self.texts else "1 = 1"


@dataclass(frozen=True, slots=True)
class Source:
    """Some of the entries, by a condition on their rows; and what is known of the words."""

    asked: Conditions
    known: dict[str, Known]


def select_sorted(
    source: Source, plan: Plan, matches: Matcher, *, after: Key | None, limit: int, slot: str
) -> list[Hit]:
    """Return the first rows in an order that is not by class; by the index of that order, if it is good."""
    asked = asked_of(source, plan, matches)
    if after is not None:
        asked.ask(behind(plan.sort), **after_params(after, plan.sort))
        asked.params.pop("after_tier")
    column, is_falling = _order(plan.sort)
    found = run(
        f"SELECT e.repository_id, {column}, e.marks, 0 FROM search_entry_{slot} e WHERE {asked}"  # noqa: S608
        f" ORDER BY {column} {'DESC' if is_falling else ''}, e.repository_id LIMIT :limit",
        asked.params | {"limit": limit},
    )
    return [hit(row, plan.sort) for row in found]


def asked_of(source: Source, plan: Plan, matches: Matcher) -> Conditions:
    asked = source.asked.copy()
    asked.join(matches(plan.whole, "whole"))
    asked.join(checks_of(plan.checks))
    return asked


def matching(source: Source, plan: Plan, matches: Matcher, *, slot: str) -> Conditions:
    """Return what selects something for each row that matches."""
    asked = asked_of(source, plan, matches)
    return Conditions([f"SELECT 1 FROM search_entry_{slot} e WHERE {asked}"], asked.params)  # noqa: S608


def filled(statements: Sequence[Conditions]) -> list[bool]:
    """Return of each of these whether it selects anything: one question for all.

    Not by EXISTS: for one row PostgreSQL would read the table, where private entries have the words.
    """
    few = [f"(SELECT count(*) FROM ({one} LIMIT :few) AS found) > 0" for one in statements]  # noqa: S608
    params = {name: value for one in statements for name, value in one.params.items()}
    [found] = run(f"SELECT {', '.join(few)}", params | {"few": _FEW})
    return list(map(bool, found))


def columns_of(plan: Plan, tier: Conditions) -> str:
    column, _ = _order(plan.sort)
    return f"e.repository_id AS id, {column} AS place, e.marks, {tier} AS tier"


def ordered(plan: Plan, after: Key | None) -> tuple[str, dict[str, Any]]:
    """Return the order of rows of `_columns`, from behind the key on."""
    _, is_falling = _order(plan.sort)
    order = f"ORDER BY tier, place {'DESC' if is_falling else ''}, id"
    if after is None:
        return order, {}
    behind_it = _behind("tier", "place", "id", is_falling=is_falling)
    return f"WHERE {behind_it} {order}", after_params(after, plan.sort)


def tier_of(plan: Plan, matches: Matcher) -> Conditions:
    """Return what says of which class a row is, as one expression."""
    tier = Conditions()
    if plan.sort is not Sort.BEST:
        tier.texts.append("0")
        return tier
    for number, one in enumerate(plan.classes):
        condition = matches(one, f"tier{number}_")
        tier.ask(f"WHEN {condition} THEN {number}", **condition.params)
    tier.texts = [f"CASE {' '.join(tier.texts)} END"]
    return tier


def checks_of(checks: Checks) -> Conditions:
    """Return what is looked at in rows."""
    asked = Conditions()
    if not checks:
        return asked
    for name, numbers in (("stars", checks.stars), ("pulls", checks.pulls)):
        if numbers and numbers.least is not None:
            asked.ask(f"e.{name} >= :{name}_least", **{f"{name}_least": numbers.least})
        if numbers and numbers.most is not None:
            asked.ask(f"e.{name} <= :{name}_most", **{f"{name}_most": numbers.most})
    if checks.pushed:
        since = max(checks.pushed.since or NEVER, NEVER + _MICROSECOND)
        asked.ask("e.pushed_at >= :since", since=as_kept(since))
        if checks.pushed.until:
            asked.ask("e.pushed_at < :until", until=as_kept(checks.pushed.until))
    _ask_for_phrases(asked, "phrase", "> 0", checks.phrases)
    _ask_for_phrases(asked, "absent", "= 0", checks.absent)
    if checks.seen:
        asked.ask(f"NOT e.repository_id {among('seen')}", seen=as_list(checks.seen))
    return asked


def _ask_for_phrases(asked: Conditions, name: str, found: str, phrases: Sequence[str]) -> None:
    place = "instr" if connection.vendor == "sqlite" else "strpos"
    for number, phrase in enumerate(phrases):
        asked.ask(f"{place}(e.text, :{name}{number}) {found}", **{f"{name}{number}": phrase})


def among(name: str) -> str:
    """Return that a column is one of the numbers of a parameter, which `as_list` makes.

    One parameter: a statement for each number of them would be planned anew for everybody.
    """
    if connection.vendor == "sqlite":
        return f"IN (SELECT value FROM json_each(:{name}))"  # noqa: S608
    return f"= ANY(ARRAY(SELECT CAST(json_array_elements_text(:{name}::json) AS bigint)))"


def as_list(numbers: Sequence[int]) -> str:
    """Return numbers as a parameter."""
    return orjson.dumps(list(numbers)).decode()


def limits_of(limits: TokenLimits | None) -> Conditions:
    """Return what a credential is limited to, by name."""
    asked = Conditions()
    if limits is None:
        return asked
    names = {f"name{number}": name for number, name in enumerate(limits.exact_names())}
    begins = {f"begin{number}": one for number, one in enumerate(limits.prefixes())}
    either = [f"e.name = :{name}" for name in names]
    either += [f"substr(e.name, 1, {len(one)}) = :{name}" for name, one in begins.items()]
    asked.ask(f"({' OR '.join(either or ['1 = 0'])})", **names, **begins)
    return asked


def behind(sort: Sort) -> str:
    """Return the condition of what comes after a key in its own class, on the columns of a row."""
    column, is_falling = _order(sort)
    sign = "<" if is_falling else ">"
    return f"({column} {sign} :after_place OR ({column} = :after_place AND e.repository_id > :after_id))"  # fmt: skip


def after_params(after: Key, sort: Sort) -> dict[str, Any]:
    """Return a key as statements name its parts."""
    tier, place, repository_id = after
    value: Any = place
    if isinstance(place, int):
        value = -place
    if sort is Sort.UPDATED and isinstance(place, int):
        value = as_kept(NEVER - place * _MICROSECOND)
    return {"after_tier": tier, "after_place": value, "after_id": repository_id}


def hit(row: Row, sort: Sort) -> Hit:
    """Return a row of id, what it is ordered by, marks and class."""
    repository_id, place, marks, tier = row
    if sort is Sort.UPDATED:
        place = -((moment(place) - NEVER) // _MICROSECOND)
    elif sort is not Sort.NAME:
        place = -place
    return Hit((tier, place, repository_id), marks)


def _order(sort: Sort) -> tuple[str, bool]:
    """Return the column and its direction; names are compared byte by byte in both databases."""
    column, is_falling = _ORDERS[sort]
    is_name = sort is Sort.NAME and connection.vendor == "postgresql"
    return f'{column} COLLATE "C"' if is_name else column, is_falling


def _behind(tier: str, place: str, identity: str, *, is_falling: bool) -> str:
    sign = "<" if is_falling else ">"
    same = f"({place} {sign} :after_place OR ({place} = :after_place AND {identity} > :after_id))"
    return f"{tier} > :after_tier OR ({tier} = :after_tier AND {same})"
