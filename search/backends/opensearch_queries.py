"""What is asked of OpenSearch, as its JSON: pure, and without any word of how it is sent.

A search is one request. Each class of match is a `constant_score` with a boost of its own, the best class
has the largest, and `dis_max` takes the largest that fits: so the score is the class and nothing else, a
whole number that comes back exactly. Inside a class popularity decides, then the id; a page begins behind
the last key of the one before (`search_after`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import comb
from typing import Any, TypeAlias

from accounts.token_limits import TokenLimits
from search.backends.base import Hit, Key, Reach
from search.backends.opensearch_mapping import ORDERS, microseconds
from search.documents import Audience
from search.expressions import All, AnyOf, Expression, Not, Prefix
from search.query import Sort
from search.ranking import Checks, Plan

Query: TypeAlias = dict[str, Any]

_EVER = 1  # later than NEVER
_ALWAYS: Query = {"match_all": {}}
_NEVER: Query = {"match_none": {}}


def page_of(
    reach: Reach, plan: Plan, *, after: Key | None, limit: int, hidden: Collection[int] = ()
) -> Query:
    """Return the request for `limit` hits behind a key, without those of `hidden` repositories."""
    field, is_falling = ORDERS[plan.sort]
    order: list[Query] = [{field: "desc" if is_falling else "asc"}, {"repository": "asc"}]
    body: Query = {
        "query": _query(reach, plan, hidden, is_ranked=plan.sort is Sort.BEST),
        "size": limit,
        "track_total_hits": False,
        "stored_fields": "_none_",
        "docvalue_fields": ["marks"],
        "sort": [{"_score": "desc"}, *order] if plan.sort is Sort.BEST else order,
    }
    if after is not None:
        tier, place, repository_id = after
        value = -place if isinstance(place, int) else place
        score = [_score(plan, tier)] if plan.sort is Sort.BEST else []
        body["search_after"] = [*score, value, repository_id]
    return body


def count_of(reach: Reach, plan: Plan, *, limit: int, hidden: Collection[int] = ()) -> Query:
    """Return the request for how many there are; counting ends at `limit`."""
    query = _query(reach, plan, hidden, is_ranked=False)
    return {"query": query, "size": 0, "track_total_hits": limit}


def hits_of(found: Query, plan: Plan) -> list[Hit]:
    """Return the hits as they were sent back for `page_of`."""
    return [_hit_of(one, plan) for one in found["hits"]["hits"]]


def total_of(found: Query) -> int:
    """Return how many there are, as was sent back for `count_of`."""
    return int(found["hits"]["total"]["value"])


def _hit_of(found: Query, plan: Plan) -> Hit:
    *score, value, repository_id = found["sort"]
    tier = len(plan.classes) - round(score[0]) if score else 0
    place = value if plan.sort is Sort.NAME else -value
    return Hit((tier, place, repository_id), " ".join(found.get("fields", {}).get("marks", ())))


def _score(plan: Plan, tier: int) -> int:
    return len(plan.classes) - tier


def _query(reach: Reach, plan: Plan, hidden: Collection[int], *, is_ranked: bool) -> Query:
    unwanted = [_phrase(phrase) for phrase in plan.checks.absent]
    if out := {*hidden, *plan.checks.seen}:
        unwanted.append({"terms": {"repository": sorted(out)}})
    asked: Query = {
        "filter": [_reached(reach), *_checked(plan.checks), _one(plan.whole)],
        "must_not": unwanted,
    }
    if is_ranked:
        classes = [
            {"constant_score": {"filter": _one(one), "boost": _score(plan, number)}}
            for number, one in enumerate(plan.classes)
        ]
        asked["must"] = {"dis_max": {"queries": classes or [_NEVER]}}
    return {"bool": asked}


def _alternatives(expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, AnyOf) and _some_of(expression) is None:
        for part in expression.parts:
            yield from _alternatives(part)
    else:
        yield expression


def _some_of(expression: AnyOf) -> tuple[int, list[Expression]] | None:
    """Return k and n things, where it spells out every way in which k of the n hold; else None.

    Five of ten are 252 ways, but one question with `minimum_should_match`.
    """
    chosen = [frozenset(part.parts) for part in expression.parts if isinstance(part, All)]
    sizes = {len(one) for one in chosen}
    if len(chosen) != len(expression.parts) or len(sizes) != 1:
        return None
    things = list(dict.fromkeys(thing for part in expression.parts for thing in _parts(part)))
    size = sizes.pop()
    is_every_way = len(set(chosen)) == comb(len(things), size) and size > 1
    return (size, things) if is_every_way and frozenset().union(*chosen) == set(things) else None


def _parts(expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, All):
        for part in expression.parts:
            yield from _parts(part)
    else:
        yield expression


def _all(parts: list[Expression]) -> Query:
    """Return the query for entries in which all of these hold."""
    wanted = [_one(part) for part in parts if not isinstance(part, Not)]
    unwanted = [_one(part.part) for part in parts if isinstance(part, Not)]
    if not unwanted and len(wanted) == 1:
        return wanted[0]
    return {"bool": {"filter": wanted or [_ALWAYS], "must_not": unwanted}}


def _one(expression: Expression) -> Query:
    match expression:
        case str():
            return {"term": {"lexemes": expression}}
        case Prefix(beginning):
            return {"prefix": {"lexemes": beginning}}
        case AnyOf():
            if some := _some_of(expression):
                things = [_one(thing) for thing in some[1]]
                return {"bool": {"should": things, "minimum_should_match": some[0]}}
            each = list(_alternatives(expression))
            plain = [one for one in each if isinstance(one, str)]
            same = [{"terms": {"lexemes": list(dict.fromkeys(plain))}}] if plain else []
            return _any([*same, *(_one(one) for one in each if not isinstance(one, str))])
        case All() | Not():
            return _all(list(dict.fromkeys(_parts(expression))))


def _any(queries: list[Query]) -> Query:
    if not queries:
        return _NEVER
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries}}


def _reached(reach: Reach) -> Query:
    """Return who may find it: whole audiences, and by name what is one's own."""
    open_to = [_audience(one, reach.limits) for one in reach.audiences]
    ours = [
        {"terms": {field: values}}
        for field, values in (
            ("namespace", [str(one) for one in reach.namespaces]),
            ("repository", list(reach.repositories)),
        )
        if values
    ]
    if ours:
        hidden = [_audience(one, reach.limits) for one in Audience if one not in reach.audiences]
        open_to.append({"bool": {"filter": [_any(hidden), _any(ours)]}})
    return _any(open_to)


def _audience(audience: Audience, limits: TokenLimits | None) -> Query:
    asked: Query = {"term": {"audience": str(int(audience))}}
    if limits is None or audience is Audience.EVERYONE:
        return asked
    names = [{"terms": {"name": limits.exact_names()}}] if limits.exact_names() else []
    begins = [{"prefix": {"name": one}} for one in limits.prefixes()]
    return {"bool": {"filter": [asked, _any([*names, *begins])]}}


def _checked(checks: Checks) -> list[Query]:
    """Return the conditions that lexemes cannot say; here they are exact, nothing is left to check."""
    asked = [_phrase(phrase) for phrase in checks.phrases]
    for field, numbers in (("stars", checks.stars), ("pulls", checks.pulls)):
        if numbers:
            asked.append(_range(field, gte=numbers.least, lte=numbers.most))
    if checks.pushed:
        since, until = checks.pushed.since, checks.pushed.until
        asked.append(
            _range(
                "pushed",
                gte=max(microseconds(since), _EVER) if since else _EVER,
                lt=microseconds(until) if until else None,
            )
        )
    return asked


def _range(field: str, **ends: int | None) -> Query:
    return {"range": {field: {name: end for name, end in ends.items() if end is not None}}}


def _phrase(phrase: str) -> Query:
    return {"match_phrase": {"text": phrase.strip()}}
