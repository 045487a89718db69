"""Links that narrow a search, widen it again or order it anew. Pure: each is a query text of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy

from search.asked import QueryRefused, SearchQuery, Sort
from search.filters import filter_of
from search.grammar import Piece, split
from search.query import with_filter, without_filter
from search.words import words_of

_TITLES = {
    Sort.BEST: gettext_lazy("Best match"),
    Sort.STARS: gettext_lazy("Stars"),
    Sort.PULLS: gettext_lazy("Pulls"),
    Sort.UPDATED: gettext_lazy("Recently pushed"),
    Sort.NAME: gettext_lazy("Name"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """What it says, and the address of the search that it leads to."""

    text: str
    address: str
    is_chosen: bool = False


def address_of(text: str, *, after: str = "") -> str:
    """Return the address of a search, or of its page behind a cursor."""
    sent = {"q": text} if text else {}
    parameters = urlencode(sent | ({"after": after} if after else {}))
    return f"{reverse('web-search')}?{parameters}" if parameters else reverse("web-search")


def elsewhere_address_of(text: str) -> str:
    """Return the address of what other indexes find."""
    return f"{reverse('web-search-elsewhere')}?{urlencode({'q': text})}"


def filters_in_force(query: SearchQuery) -> list[Link]:
    """Return each filter as it was typed, with the search without it."""
    links = [Link(piece.raw, _without(query, piece)) for piece in split(query.text) if _key(piece)]
    return list({link.address: link for link in reversed(links)}.values())[::-1]


def without_filters(query: SearchQuery) -> str:
    """Return the address of the same words in the same order, whatever they are in."""
    return address_of(" ".join(piece.raw for piece in split(query.text) if not _key(piece)))


def orders(query: SearchQuery) -> list[Link]:
    """Return the ways to sort; one that would make the query too long is left out.

    Without a word nothing matches better than another: what is popular is first then.
    """
    has_words = bool(query.terms or query.phrases)
    links = []
    for sort, title in _TITLES.items():
        try:
            text = with_filter(query.text, "sort", sort.value)
        except QueryRefused:
            continue
        is_popular = sort is Sort.BEST and not has_words
        says = gettext("Popular") if is_popular else str(title)
        links.append(Link(says, address_of(text), query.sort is sort))
    return links


def insisting(query: SearchQuery, corrected: Sequence[tuple[str, str]]) -> str:
    """Return the address for the words exactly as they were typed: between quotation marks."""
    typed = {word for word, _ in corrected}
    pieces = [
        f'{"-" * piece.is_negated}"{piece.plain}"' if _is_one_of(piece, typed) else piece.raw
        for piece in split(query.text)
    ]
    return address_of(" ".join(pieces))


def as_corrected(query: SearchQuery, corrected: Sequence[tuple[str, str]]) -> str:
    """Return the address of what was searched for instead."""
    instead = dict(corrected)
    pieces = [
        " ".join(instead.get(word, word) for word in words_of(piece.raw))
        if _is_one_of(piece, set(instead))
        else piece.raw
        for piece in split(query.text)
    ]
    return address_of(" ".join(pieces))


def _is_one_of(piece: Piece, typed: set[str]) -> bool:
    is_word = not (piece.is_quoted or piece.is_negated or filter_of(piece))
    return is_word and not typed.isdisjoint(words_of(piece.raw))


def _key(piece: Piece) -> str:
    """Return which filter a piece is; empty for words, and for the order, which leaves nothing out."""
    known = filter_of(piece)
    return known.key if known and known.key != "sort" else ""


def _without(query: SearchQuery, piece: Piece) -> str:
    key = f"{'-' * piece.is_negated}{_key(piece)}"
    return address_of(without_filter(query.text, key, piece.value))
