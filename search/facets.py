"""What the results can be narrowed by, with how many of the first thousand that leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.principals import Principal
from search.backends.base import Hit
from search.engine import best_hits
from search.platforms import is_whole
from search.query import QueryRefused, SearchQuery, with_filter, without_filter

_MOST = 8  # in a group


@dataclass(frozen=True, slots=True)
class Facet:
    """A value, how many have it, and the query with it (or without it, if it is chosen)."""

    value: str
    count: int
    is_chosen: bool
    query: str


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """Facets of one kind, the most frequent first."""

    title: str
    key: str
    facets: list[Facet]


_VISIBILITIES = ("public", "internal", "private")
# Title, key of the query language, letter of the mark, the values if they are few.
_GROUPS = (
    (_("Marks"), "is", "f", ("official", "verified", "automated", "archived")),
    (_("Visibility"), "is", "f", _VISIBILITIES),
    (_("Topics"), "topic", "t", None),
    (_("Platforms"), "platform", "l", None),
    (_("Owners"), "owner", "o", None),
)


def facets(
    principal: Principal, query: SearchQuery, best: Sequence[Hit] | None = None
) -> list[FacetGroup]:
    """Return the groups that tell the results apart; counted among what the principal may see.

    `best` are the hits of this principal and query, where they were found already.
    """
    found_hits = best_hits(principal, query) if best is None else best
    counted = Counter(mark for hit in found_hits for mark in hit.marks.split())
    groups = []
    for title, key, letter, values in _GROUPS:
        found = {
            mark[2:]: count
            for mark, count in counted.items()
            if mark.startswith(f"{letter}/") and (values is None or mark[2:] in values)
        }
        if key == "platform":
            found = _whole_platforms(found)
        if values == _VISIBILITIES and found.keys() <= {"public"}:
            continue
        group = FacetGroup(str(title), key, list(_facets(query, key, found)))
        if group.facets:
            groups.append(group)
    return groups


def _facets(query: SearchQuery, key: str, found: dict[str, int]) -> Iterable[Facet]:
    chosen = {
        "is": query.filters.flags,
        "topic": query.filters.topics,
        "platform": query.filters.platforms,
        "owner": query.filters.owners,
    }[key]
    best = sorted(found.items(), key=lambda item: (item[0] not in chosen, -item[1], item[0]))
    for value, count in best[:_MOST]:
        is_chosen = value in chosen
        change = without_filter if is_chosen else with_filter
        try:
            yield Facet(value, count, is_chosen, change(query.text, key, value))
        except QueryRefused:  # the text would get too long
            continue


def _whole_platforms(found: dict[str, int]) -> dict[str, int]:
    """Return those with a system and an architecture; their parts are said by them."""
    return {one: count for one, count in found.items() if is_whole(one)}
