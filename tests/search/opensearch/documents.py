"""The stand-in's index: documents, what is in which field, and which of them a query is about.

Only what `search.backends.opensearch_queries` writes is understood; anything else is refused, as the real
one refuses what it does not know.
"""

from __future__ import annotations

import operator
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import reduce
from typing import Any

Json = dict[str, Any]
Scores = dict[int, float]

MOST_CLAUSES = 1_024  # indices.query.bool.max_clause_count
_COMPARE = {"gte": operator.ge, "gt": operator.gt, "lte": operator.le, "lt": operator.lt}


class BadQuestion(Exception):
    """Answered with 400; the type of the error and why."""


class Documents:
    """What searches see of an index: documents by number, with lists of those that have a value."""

    def __init__(self, fields: Json, documents: Iterable[Json]) -> None:
        """Read documents as they were sent."""
        self.fields = fields
        self.all = dict(enumerate(documents))
        self._having: dict[str, dict[Any, set[int]]] = defaultdict(lambda: defaultdict(set))
        for number, document in self.all.items():
            for field, told in fields.items():
                for value in self._values(told, document[field]):
                    self._having[field][value].add(number)
        self._ordered = {field: sorted(values) for field, values in self._having.items()}

    @staticmethod
    def _values(told: Json, sent: Any) -> set[Any]:
        if told.get("index") is False:
            return set()
        if told["type"] == "text":
            return set(sent.split())
        return set(sent) if isinstance(sent, list) else {sent}

    def search(self, query: Json) -> Scores:
        """Return which documents a query is about, and their scores."""
        if clauses(query) > MOST_CLAUSES:
            message = "too_many_clauses"
            raise BadQuestion(message)
        return self._scores(query)

    def value(self, number: int, field: str) -> Any:
        """Return what a document is sorted by, or shows of itself."""
        if self.fields[field].get("doc_values") is False or self.fields[field]["type"] == "text":
            message = f"illegal_argument_exception: {field} has no doc values"
            raise BadQuestion(message)
        return self.all[number][field]

    def _scores(self, query: Json) -> Scores:
        [(kind, asked)] = query.items()
        if kind == "bool":
            return self._bool(asked)
        if kind == "dis_max":
            return _best(self._scores(one) for one in asked["queries"])
        if kind == "constant_score":
            return dict.fromkeys(self._ids(asked["filter"]), float(asked["boost"]))
        return dict.fromkeys(self._ids(query), 1.0)

    def _bool(self, asked: Json) -> Scores:
        unknown = set(asked) - {"must", "filter", "must_not", "should", "minimum_should_match"}
        if unknown:
            message = f"parsing_exception: {unknown}"
            raise BadQuestion(message)
        must = [self._scores(one) for one in _listed(asked.get("must"))]
        should = [self._scores(one) for one in _listed(asked.get("should"))]
        filters = [self._ids(one) for one in _listed(asked.get("filter"))]
        required: list[set[int]] = [*map(set, must), *filters]
        least = asked.get("minimum_should_match", 0 if required else min(1, len(should)))
        if least:
            counted = Counter(one for scores in should for one in scores)
            required.append({one for one, times in counted.items() if times >= least})
        found = reduce(operator.and_, required) if required else set(self.all)
        for unwanted in _listed(asked.get("must_not")):
            found = found - self._ids(unwanted)
        return {one: sum(scores.get(one, 0.0) for scores in (*must, *should)) for one in found}

    def _ids(self, query: Json) -> set[int]:
        [(kind, asked)] = query.items()
        if kind in ("bool", "dis_max", "constant_score"):
            return set(self._scores(query))
        if kind == "match_all":
            return set(self.all)
        if kind == "match_none":
            return set()
        [(field, sought)] = asked.items()
        if self.fields[field].get("index") is False:
            message = f"query_shard_exception: {field} is not indexed"
            raise BadQuestion(message)
        return self._by_field(kind, field, sought)

    def _by_field(self, kind: str, field: str, sought: Any) -> set[int]:
        having = self._having[field]
        match kind:
            case "term":
                return set(having.get(sought, ()))
            case "terms":
                return set().union(*(having.get(one, ()) for one in sought))
            case "prefix":
                return set().union(*(having[one] for one in self._beginning(field, sought)))
            case "range":
                tests = [(_COMPARE[name], end) for name, end in sought.items()]
                fitting = (v for v in having if all(test(v, end) for test, end in tests))
                return set().union(*(having[value] for value in fitting))
            case "match_phrase":
                each = [having.get(word, set()) for word in sought.split()]
                there = reduce(operator.and_, each) if each else set()
                return {n for n in there if _follow(sought.split(), self.all[n][field].split())}
        message = f"parsing_exception: unknown query [{kind}]"
        raise BadQuestion(message)

    def _beginning(self, field: str, beginning: str) -> list[str]:
        values = self._ordered.get(field, [])
        start = bisect_left(values, beginning)
        end = bisect_left(values, beginning + "\U0010ffff")
        return values[start:end]


def _best(each: Iterable[Scores]) -> Scores:
    best: Scores = {}
    for scores in each:
        for one, score in scores.items():
            best[one] = max(score, best.get(one, 0.0))
    return best


def _listed(asked: Any) -> list[Json]:
    return asked if isinstance(asked, list) else [asked] if asked else []


def clauses(query: Any) -> int:
    """Count as Lucene does: each leaf is one, however many terms are in it."""
    if isinstance(query, list):
        return sum(map(clauses, query))
    if not isinstance(query, dict):
        return 0
    if set(query) & {"term", "terms", "prefix", "range", "match_phrase", "match_all", "match_none"}:
        return 1
    return sum(map(clauses, query.values()))


def _follow(words: list[str], text: list[str]) -> bool:
    places = range(len(text) - len(words) + 1)
    return any(text[start : start + len(words)] == words for start in places)
