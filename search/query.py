"""What was typed into a search box or sent for it. Pure: knows neither database nor request."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from accounts.models.namespace import ROOT_NAMESPACE

MAXIMUM_LENGTH = 100
DEFAULT_SIZE = 25
MAXIMUM_SIZE = 100
_MAXIMUM_PAGE = 1_000_000
_UNPRINTABLE = frozenset({"Cc", "Cs"})  # a NUL is a 500 on PostgreSQL, so is half a surrogate pair


class QueryRefused(Exception):
    """What was typed cannot be searched for; `str()` is a sentence for people."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """The text as shown again, and the words that must all be found."""

    text: str
    words: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...] = ()  # a word, and what it is called today

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked: everything visible is found."""
        return not self.words


def parse_query(typed: str) -> SearchQuery:
    """Return the words, each once; raise QueryRefused. `library/ubuntu` is understood as `ubuntu`.

    Upper case stays: SQLite folds the case of ASCII alone, so a description finds as it is written.
    """
    if len(typed) > MAXIMUM_LENGTH:
        message = f"A search has at most {MAXIMUM_LENGTH} characters."
        raise QueryRefused(message)
    if any(unicodedata.category(character) in _UNPRINTABLE for character in typed):
        message = "A search cannot contain control characters."
        raise QueryRefused(message)
    words = [_familiar(word) for word in typed.split()]
    return SearchQuery(" ".join(typed.split()), tuple(dict.fromkeys(words)))


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


def _familiar(word: str) -> str:
    """Return the word as names are written here: official images have no `library/`."""
    prefix = f"{ROOT_NAMESPACE}/"
    is_official = word.lower().startswith(prefix) and len(word) > len(prefix)
    return word[len(prefix) :] if is_official else word
