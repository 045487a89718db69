"""The search in the guide: every section is looked at, which takes less than a millisecond or two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from config.guide.chapters import Chapter
from config.guide.reading import Section

LONGEST_QUERY = 300  # a whole message of docker may be pasted
_MOST_WORDS = 20
_MOST_HITS = 20
_WORD = re.compile(r"[^\W_]+(?:[-_][^\W_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")
_SHORTEST_MESSAGE = 4  # words of a heading that is a message
_SHORTEST_SENTENCE = 60  # characters; less says little without the next one
_AROUND = 220  # characters of a sentence that are shown
_IN_TITLE, _IN_HEADING, _IN_TEXT = 6, 9, 1


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence, and whether it is what was looked for."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that says something of it, with the sentence that does."""

    chapter: Chapter
    section: Section
    sentence: list[Piece]


@dataclass(frozen=True, slots=True)
class Found:
    """The best sections; `is_partial` if none has all the words."""

    hits: list[Hit]
    is_partial: bool


def find(chapters: Iterable[Chapter], query: str) -> Found:
    """Return the sections with all the words, else those with the most of them.

    A section whose heading is in the query as a whole counts as one with all: somebody has pasted
    a message, and its names are nowhere in the guide.
    """
    asked = _words_of(query)
    words = [re.compile(rf"\b{re.escape(word)}", re.IGNORECASE) for word in asked]
    ranked = sorted(_ranked(chapters, asked, words), key=lambda one: (-one[0], -one[1]))
    most = ranked[0][0] if ranked else 0
    best = [(chapter, section) for had, _, chapter, section in ranked if had == most]
    hits = [
        Hit(chapter, section, _sentence(section, words)) for chapter, section in best[:_MOST_HITS]
    ]
    return Found(hits, bool(hits) and most < len(words))


def _words_of(query: str) -> list[str]:
    found = _WORD.findall(_plain(query[:LONGEST_QUERY]).lower())
    return list(dict.fromkeys(found))[:_MOST_WORDS]


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """Return it without accents, letter by letter: a place in it is the same place in the text."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text)


def _ranked(
    chapters: Iterable[Chapter], asked: list[str], words: list[re.Pattern[str]]
) -> Iterator[tuple[int, int, Chapter, Section]]:
    """Yield how many of the words a section has, and how well they stand in it."""
    for chapter in chapters:
        for section in chapter.document.sections:
            # The title of the chapter alone would bring all of its sections.
            own = _plain(f"{section.title}\n{section.text}")
            if not any(word.search(own) for word in words):
                continue
            places = [_place(word, chapter, section) for word in words]
            had = len(words) if _is_pasted(section.title, asked) else sum(map(bool, places))
            yield had, sum(places), chapter, section


def _is_pasted(title: str, asked: list[str]) -> bool:
    """Return whether a heading, or one of those that it names (`this, or that`), is in the query."""
    messages = [_words_of(part) for part in title.split(", or ")]
    return any(len(one) >= _SHORTEST_MESSAGE and set(one) <= set(asked) for one in messages)


def _place(word: re.Pattern[str], chapter: Chapter, section: Section) -> int:
    """Return how well a word stands in a section, 0 if it is not there."""
    return (
        _IN_TITLE * bool(word.search(_plain(chapter.title)))
        + _IN_HEADING * bool(word.search(_plain(section.title)))
        + _IN_TEXT * min(len(word.findall(_plain(section.text))), 5)
    )


def _sentence(section: Section, words: list[re.Pattern[str]]) -> list[Piece]:
    """Return the first of the sentences with the most of the words, cut where it is endless."""
    sentences = [part.strip() for part in _SENTENCE.split(section.text) if part.strip()]
    if not sentences:
        return []
    at = max(
        range(len(sentences)),
        key=lambda at: sum(bool(w.search(_plain(sentences[at]))) for w in words),
    )
    shown, *following = sentences[at:]
    if len(shown) < _SHORTEST_SENTENCE:
        shown = " ".join([shown, *following[:1]])
    return list(_pieces(_cut(shown, words), words))


def _cut(sentence: str, words: list[re.Pattern[str]]) -> str:
    if len(sentence) <= _AROUND:
        return sentence
    places = [found.start() for word in words if (found := word.search(_plain(sentence)))]
    start = max(min(places, default=0) - _AROUND // 3, 0)
    shown = sentence[start : start + _AROUND]
    return f"{'…' if start else ''}{shown}{'…' if start + _AROUND < len(sentence) else ''}"


def _pieces(sentence: str, words: list[re.Pattern[str]]) -> Iterator[Piece]:
    at = 0
    any_of = re.compile("|".join(word.pattern + r"\w*" for word in words), re.IGNORECASE)
    for found in any_of.finditer(_plain(sentence)):
        if found.start() > at:
            yield Piece(sentence[at : found.start()], is_hit=False)
        yield Piece(sentence[found.start() : found.end()], is_hit=True)
        at = found.end()
    if at < len(sentence):
        yield Piece(sentence[at:], is_hit=False)
