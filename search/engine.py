"""The one entrance to search, for page, docker and API: who may find what, then what is meant, then order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from django.core import signing
from django.utils.translation import gettext as _

from accounts.principals import Principal
from index.models import Repository
from search.backends.base import Hit, Key, Reach
from search.backends.choice import searching
from search.corrections import corrected
from search.query import DEFAULT_SIZE, QueryRefused, SearchQuery, parse_query
from search.ranking import Plan, partial_plan_of, plan_of, suggestion_plan_of, without
from search.reach import reach_of
from search.shown import shown

DEEPEST = 1_000  # results: counting and pages by number end here; nobody reads that far
_FEW = 3  # fewer than these, and perhaps something else was meant
_ROUND = 100  # classes of one round; those of the next begin behind it


@dataclass(frozen=True)
class SearchPage:
    """One page of what was found."""

    query: SearchQuery
    results: Sequence[Repository] = ()
    next: str = ""  # the cursor of the page behind this one
    size: int = DEFAULT_SIZE
    corrected: tuple[tuple[str, str], ...] = ()  # a word as typed, and the one looked for instead
    partial: bool = False  # no repository has all of the words: these have some
    exact: int = 0  # how many of the results stand before the corrected ones
    marks: Mapping[int, str] = field(default_factory=dict)  # of each by its id, see Hit
    best: Sequence[Hit] | None = None  # the first DEEPEST, where they were wanted
    count: Callable[[], int] = field(
        default=lambda: 0, compare=False
    )  # one more than DEEPEST at most

    @cached_property
    def total(self) -> int:
        """How many the principal may see in all (case 23), DEEPEST at most; counted when it is asked for."""
        return min(self.count(), DEEPEST)

    @cached_property
    def is_more(self) -> bool:
        """Whether there are more than `total`."""
        return self.count() > DEEPEST


@dataclass(frozen=True, slots=True)
class _Round:
    """One way to understand the query; the next way is for when this one finds little."""

    plan: Plan
    corrected: tuple[tuple[str, str], ...] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    hits: list[Hit]
    rounds: list[_Round]


def search(
    principal: Principal,
    query: SearchQuery,
    *,
    after: str = "",
    page: int = 1,
    size: int = DEFAULT_SIZE,
    wants_best: bool = False,
) -> SearchPage:
    """Return a page, behind a cursor or by its number from 1; empty after the last one.

    Who counts the best of all, for facets, has them found along: once is enough, but behind a cursor.
    Raises QueryRefused for a cursor that was not given out for this query.
    """
    reach, behind = reach_of(principal), _read_cursor(after, query)
    end = page * size
    if end - size >= DEEPEST:
        return SearchPage(query, size=size)
    is_deep = wants_best and behind is None
    found = _find(reach, query, behind, DEEPEST + 1 if is_deep else end + 1)
    hits, is_last = found.hits[end - size : end], len(found.hits) <= end
    results = shown(reach, hits)
    used = _used(found, hits)
    is_all = is_deep or (is_last and behind is None)
    hidden = len(hits) - len(results)  # since they were indexed
    return SearchPage(
        query,
        results,
        next="" if is_last else _cursor(hits[-1].key, query),
        size=size,
        corrected=used.corrected if used else (),
        partial=bool(used and used.partial),
        exact=sum(hit.key[0] < _ROUND for hit in hits),
        marks={hit.repository_id: hit.marks for hit in hits},
        best=found.hits[:DEEPEST] if is_deep else None,
        count=_counter(reach, found, is_all=is_all, hidden=hidden),
    )


def _counter(reach: Reach, found: _Found, *, is_all: bool, hidden: int) -> Callable[[], int]:
    @cache
    def count() -> int:
        everything = len(found.hits) if is_all else _count(reach, found.rounds)
        return everything if everything > DEEPEST else everything - hidden

    return count


def best_hits(principal: Principal, query: SearchQuery, limit: int = DEEPEST) -> list[Hit]:
    """Return the first hits without what is shown of them, to be counted."""
    return _find(reach_of(principal), query, None, limit).hits


def suggest(principal: Principal, typed: str, size: int = 8) -> list[Repository]:
    """Return repositories whose name somebody may be about to type; none for what cannot be read."""
    try:
        query = parse_query(typed)
    except QueryRefused:
        return []
    if not query.terms:
        return []
    plan = suggestion_plan_of(query)
    reach = reach_of(principal)
    return shown(reach, searching().find(reach, plan, after=None, limit=size))


def _find(reach: Reach, query: SearchQuery, after: Key | None, limit: int) -> _Found:
    """Return the hits of the first round; where they are few, those of the next ones behind them."""
    hits: list[Hit] = []
    rounds: list[_Round] = []
    begin = after[0] // _ROUND if after else 0
    for number, way in enumerate(_rounds(query)):
        if way.partial and hits and number > begin:
            break
        exact = hits if after is None or number == 0 else _exact(reach, query)
        seen = (hit.repository_id for hit in exact) if number else ()
        one = replace(way, plan=without(way.plan, seen))
        rounds.append(one)
        if number < begin:
            continue
        start = (after[0] % _ROUND, after[1], after[2]) if after and number == begin else None
        found = searching().find(reach, one.plan, after=start, limit=limit - len(hits))
        hits += [Hit((hit.key[0] + number * _ROUND, *hit.key[1:]), hit.marks) for hit in found]
        if len(hits) >= limit or not _is_little(reach, one, hits, start):
            break
    return _Found(hits, rounds)


def _exact(reach: Reach, query: SearchQuery) -> list[Hit]:
    """Return the few that are what was typed: they stand before whatever may have been meant."""
    return searching().find(reach, plan_of(query), after=None, limit=_FEW)


def _is_little(reach: Reach, one: _Round, hits: Sequence[Hit], start: Key | None) -> bool:
    """Whether so little was found that something else may be meant; behind a cursor: in all."""
    if start is not None:
        return len(searching().find(reach, one.plan, after=None, limit=_FEW)) < _FEW
    return len(hits) < _FEW


def _rounds(query: SearchQuery) -> Iterator[_Round]:
    """Yield the query as it is; with words corrected; with some of its words."""
    plan = plan_of(query)
    yield _Round(plan)
    meant, changes = corrected(query)
    if changes:
        yield _Round(plan_of(meant), changes)
    if len(meant.terms) > 1:
        yield _Round(partial_plan_of(meant), changes, partial=True)


def _used(found: _Found, hits: Sequence[Hit]) -> _Round | None:
    """Return how the last of these hits was understood, if not as it was typed."""
    if not hits or hits[-1].key[0] < _ROUND:
        return None
    return found.rounds[min(hits[-1].key[0] // _ROUND, len(found.rounds) - 1)]


def _count(reach: Reach, rounds: Sequence[_Round]) -> int:
    """Return how many there are in all, one more than DEEPEST at most."""
    total = 0
    for one in rounds:
        total += searching().count(reach, one.plan, limit=DEEPEST + 1 - total)
        if total > DEEPEST:
            break
    return total


def _cursor(key: Key, query: SearchQuery) -> str:
    return signing.dumps(key, salt=_salt(query), compress=False)


def _read_cursor(sent: str, query: SearchQuery) -> Key | None:
    if not sent:
        return None
    try:
        tier, place, identity = signing.loads(sent, salt=_salt(query))
    except (signing.BadSignature, ValueError) as error:
        message = _("This page of the results is gone: search anew.")
        raise QueryRefused(message) from error
    return tier, place, identity


def _salt(query: SearchQuery) -> str:
    """Return what binds a cursor to its query: it says nothing behind another one."""
    return f"search.engine:{query.text}"
