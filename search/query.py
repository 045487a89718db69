"""What was typed into a search box or sent for it. Pure: knows neither database nor request."""

from __future__ import annotations

from datetime import datetime

from search.asked import Filters, Period, QueryRefused, Range, SearchQuery, Sort, Term
from search.words import words_of

__all__ = ["Filters", "Period", "QueryRefused", "Range", "SearchQuery", "Sort", "Term"]

MAXIMUM_LENGTH = 200
DEFAULT_SIZE = 25
MAXIMUM_SIZE = 100
_MAXIMUM_PAGE = 1_000_000


def parse_query(typed: str, *, now: datetime | None = None) -> SearchQuery:
    """Return what was asked; raise QueryRefused. Filters follow."""
    del now
    text = " ".join(typed.split())
    terms = [Term(tuple(words)) for piece in text.split() if (words := words_of(piece))]
    return SearchQuery(text, terms=tuple(dict.fromkeys(terms)))


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
