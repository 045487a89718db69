"""What was typed into a search box or sent for it. Pure: knows neither database nor request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import reduce

from django.utils.translation import gettext

from search.asked import Filters, Period, QueryRefused, Range, SearchQuery, Sort, Term
from search.filters import Value, filter_of, find_filter
from search.grammar import MAXIMUM_LENGTH, Piece, echo, normalize, quote, split
from search.pasted import familiar, is_beginning_of_name, name_in
from search.spans import EmptySpan, meet_periods, meet_ranges
from search.words import words_of

__all__ = [
    "MAXIMUM_LENGTH",
    "Filters",
    "Period",
    "QueryRefused",
    "Range",
    "SearchQuery",
    "Sort",
    "Term",
    "parse_page",
    "parse_query",
    "parse_size",
    "with_filter",
    "without_filter",
]

MAXIMUM_WORDS = 10
DEFAULT_SIZE = 25
MAXIMUM_SIZE = 100
_MAXIMUM_PAGE = 1_000_000
_ADDING_UP = frozenset({"is", "owner", "platform", "topic"})  # of the other keys one is enough


@dataclass(frozen=True, slots=True)
class _Asked:
    """A filter that was read."""

    key: str
    is_negated: bool
    value: Value


def parse_query(typed: str, *, now: datetime | None = None) -> SearchQuery:
    """Return what was asked; raise QueryRefused. Ages are counted from `now`.

    Pieces without letters and digits say nothing, unless there is nothing else. What has the form
    of an image reference or an address is searched for by the name in it: see
    `search.filters.filter_of` for how it is told from a filter.
    """
    text = normalize(typed)
    pieces = _read(text, now or datetime.now(UTC))
    asked = [filter_ for _, filter_ in pieces if filter_]
    words = [piece for piece, filter_ in pieces if not filter_]
    phrases = [_parts(piece) for piece in words if piece.is_quoted and not piece.is_negated]
    plain = [piece for piece in words if not (piece.is_quoted or piece.is_negated)]
    terms = {_parts(piece): piece for piece in reversed(plain)}  # of the same words the first
    query = SearchQuery(
        text,
        terms=tuple(Term(parts) for parts in _once(map(_parts, plain))),
        phrases=_once(phrases),
        without=_once(_parts(piece) for piece in words if piece.is_negated),
        filters=_filters(asked),
        sort=_sort(asked),
    )
    _check_words(query, has_filters=bool(asked))
    if len(query.terms) != 1 or query.phrases:
        return query
    name = _name(terms[query.terms[0].parts])
    return replace(query, name=name if is_beginning_of_name(name) else "")


def with_filter(query_text: str, key: str, value: str) -> str:
    """Return the text of a query with a filter added, at its end, unless it is there.

    A key `-topic` is the negated one. What says the opposite is taken out, and of `sort`, `stars`,
    `pulls` and `updated` what was there; `sort:best` goes without saying. Raise QueryRefused for
    a text or a filter that cannot be read, and for a text that gets too long.
    """
    text, now = normalize(query_text), datetime.now(UTC)
    added = f"{key}:{quote(value)}"
    [(_, wanted)] = _read(normalize(added), now)
    if wanted is None:
        message = gettext("There is no filter '%(added)s'.") % {"added": echo(added)}
        raise QueryRefused(message)
    pieces = _read(text, now)
    is_there = any(other == wanted for _, other in pieces)
    kept = [
        piece.raw for piece, other in pieces if other == wanted or not _is_replaced(other, wanted)
    ]
    goes_without_saying = is_there or wanted.value is Sort.BEST
    return normalize(" ".join(kept if goes_without_saying else [*kept, added]))


def without_filter(query_text: str, key: str, value: str = "") -> str:
    """Return the text of a query without a filter, however it was spelled; of no value: any.

    A key `-topic` is the negated one. Raise QueryRefused for a text that cannot be read.
    """
    now = datetime.now(UTC)
    known = find_filter(key.removeprefix("-"))
    is_negated = key.removeprefix("-") != key

    def is_meant(asked: _Asked | None) -> bool:
        if not asked or not known or (asked.key, asked.is_negated) != (known.key, is_negated):
            return False
        return not value or asked.value == known.value_of(value, now)

    pieces = _read(normalize(query_text), now)
    return " ".join(piece.raw for piece, asked in pieces if not is_meant(asked))


def parse_page(sent: str) -> int:
    """Return the number of a page, from 1. No number is an error: the nearest good one is taken."""
    return _parse_number(sent, default=1, maximum=_MAXIMUM_PAGE)


def parse_size(sent: str) -> int:
    """Return the number of results on a page, between 1 and 100."""
    return _parse_number(sent, default=DEFAULT_SIZE, maximum=MAXIMUM_SIZE)


def _parse_number(sent: str, *, default: int, maximum: int) -> int:
    try:
        return min(max(int(sent), 1), maximum)
    except ValueError:  # also for more digits than Python converts
        return default


def _read(text: str, now: datetime) -> list[tuple[Piece, _Asked | None]]:
    """Return each piece with the filter that it is, None for words; raise QueryRefused."""
    return [(piece, _asked(piece, now)) for piece in split(text)]


def _asked(piece: Piece, now: datetime) -> _Asked | None:
    known = filter_of(piece)
    if known is None:
        return None
    return _Asked(known.key, piece.is_negated, known.value_of(piece.value, now))


def _parts(piece: Piece) -> tuple[str, ...]:
    """Return the words of a piece; of a pasted reference those of the name."""
    if piece.is_quoted:
        return tuple(words_of(piece.value))
    return tuple(words_of(_name(piece)) or words_of(piece.plain))


def _name(piece: Piece) -> str:
    return familiar(name_in(piece.plain))


def _once(parts: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(filter(None, parts)))


def _check_words(query: SearchQuery, *, has_filters: bool) -> None:
    groups = [*(term.parts for term in query.terms), *query.phrases, *query.without]
    if query.text and not groups and not has_filters:
        message = gettext("A search needs a letter or a digit.")
        raise QueryRefused(message)
    if sum(map(len, groups)) > MAXIMUM_WORDS:
        message = gettext("A search has at most %(maximum_words)s words.") % {
            "maximum_words": MAXIMUM_WORDS
        }
        raise QueryRefused(message)


def _filters(asked: Sequence[_Asked]) -> Filters:
    return Filters(
        flags=_texts(asked, "is"),
        not_flags=_texts(asked, "is", is_negated=True),
        owners=_texts(asked, "owner"),
        not_owners=_texts(asked, "owner", is_negated=True),
        platforms=_texts(asked, "platform"),
        not_platforms=_texts(asked, "platform", is_negated=True),
        topics=_texts(asked, "topic"),
        not_topics=_texts(asked, "topic", is_negated=True),
        stars=_range(asked, "stars"),
        pulls=_range(asked, "pulls"),
        pushed=_period(asked),
    )


def _texts(asked: Sequence[_Asked], key: str, *, is_negated: bool = False) -> tuple[str, ...]:
    values = [one.value for one in asked if one.key == key and one.is_negated == is_negated]
    return tuple(dict.fromkeys(value for value in values if isinstance(value, str)))


def _range(asked: Sequence[_Asked], key: str) -> Range | None:
    ranges = [one.value for one in asked if one.key == key and isinstance(one.value, Range)]
    try:
        return reduce(meet_ranges, ranges) if ranges else None
    except EmptySpan as error:
        message = gettext("The '%(key)s:' filters contradict each other.") % {"key": key}
        raise QueryRefused(message) from error


def _period(asked: Sequence[_Asked]) -> Period | None:
    periods = [one.value for one in asked if isinstance(one.value, Period)]
    try:
        return reduce(meet_periods, periods) if periods else None
    except EmptySpan as error:
        message = gettext("The 'updated:' filters contradict each other.")
        raise QueryRefused(message) from error


def _sort(asked: Sequence[_Asked]) -> Sort:
    sorts = {one.value for one in asked if isinstance(one.value, Sort)}
    if len(sorts) > 1:
        message = gettext("Two 'sort:' contradict each other: keep one.")
        raise QueryRefused(message)
    return next(iter(sorts), Sort.BEST)


def _is_replaced(other: _Asked | None, wanted: _Asked) -> bool:
    """Whether a filter goes when another one comes."""
    if other is None or other.key != wanted.key:
        return False
    return wanted.key not in _ADDING_UP or other.value == wanted.value
