"""What all rows say, without any index: the first results must be the same, or times mean nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from search.documents import Entry

MOST_ROWS = 100_000
_BATCH = 500
_FIRST = 25
# Class, popularity with its sign turned, id: the smaller comes first.
Place: TypeAlias = tuple[int, int, int]


class FoundSomethingElse(Exception):
    """`str()` says for which query, and what."""


def check(asked: Sequence[str]) -> int:
    """Compare the first results that anybody finds; return how many queries. Raises FoundSomethingElse.

    Compared are classes and popularity: who comes first among equals is the engine's to say. Queries
    that hardly anything answers are left out: what else is shown then is no matter of classes.
    """
    from accounts.principals import ANONYMOUS
    from search.engine import search
    from search.query import parse_query

    compared = 0
    for text, places in _places(asked).items():
        expected = sorted(places.values())[:_FIRST]
        if len(expected) < _FIRST:
            continue
        compared += 1
        shown = search(ANONYMOUS, parse_query(text), size=_FIRST).results
        found = [places.get(one.pk) for one in shown]
        if len({one.pk for one in shown}) < _FIRST or [place and place[:2] for place in found] != [
            place[:2] for place in expected
        ]:
            message = f"{text!r}: found {found}, and all rows say {expected}"
            raise FoundSomethingElse(message)
    return compared


def _places(asked: Sequence[str]) -> dict[str, dict[int, Place]]:
    """Return, of each query, every repository that anybody may see and that it means."""
    from search.expressions import holds
    from search.query import parse_query
    from search.ranking import plan_of

    plans = {text: plan_of(parse_query(text)) for text in asked}
    places: dict[str, dict[int, Place]] = {text: {} for text in asked}
    for entry in _public_entries():
        for text, plan in plans.items():
            numbers = range(len(plan.classes))
            tiers = (n for n in numbers if holds(plan.tier(n), entry.lexemes))
            tier = next(tiers, None)
            if tier is not None:
                place = (tier, -entry.popularity, entry.repository_id)
                places[text][entry.repository_id] = place
    return places


def _public_entries() -> Iterator[Entry]:
    from index.models import Repository
    from search.documents import Audience
    from search.sources import entries_of

    ids = list(Repository.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), _BATCH):
        for entry in entries_of(ids[start : start + _BATCH]):
            if entry.audience is Audience.EVERYONE:
                yield entry
