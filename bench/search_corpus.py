"""Repositories as a large index has them, made up: the same rows for the same number, whoever asks.

Words follow Zipf's law, pulls and the sizes of namespaces a power law; a few words are there to be hard:
see search_words.py. Pure: what writes them down is search_data.py.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from accounts.names import RESERVED_NAMES
from bench.search_words import (
    APART,
    EVERYWHERE,
    FREQUENT,
    UNPOPULAR,
    VOCABULARY,
    trade_words,
    vocabulary,
    zipf_weights,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)  # the corpus ends here, and queries are asked now
OFFICIAL = 50
BOTH_APART = 100  # rows in which the two frequent words meet, however many there are
ROWS_IN_NAMESPACE = 5  # on average
_CHUNK = 10_000
_YEARS = 5 * 365
_SIZES = 2.5  # the namespace of rank k has about k^-0.6 as many rows as the first
_PULLS = -1 / 0.55  # Pareto
_LONGEST_DESCRIPTION = 100
_DESCRIBED = 0.6
_DAYS = [f"{NOW - timedelta(days=age):%Y-%m-%d}" for age in range(_YEARS + 400)]
_NAMES_TAKEN = 1 << 28  # bits; a name that hits a bit of another one gets one more word
_LENGTHS = (25, 70, 92, 100)  # of a hundred names: how many have at most 1, 2, 3, 4 words
_SEPARATORS = ("-", "-", "-", "_", ".")


@dataclass(slots=True)
class Row:
    """One repository."""

    id: int
    namespace: int  # rank, 0 the one with most rows; -1 the root
    name: str
    visibility: str
    description: str
    readme: str
    topics: list[str]
    is_archived: bool
    is_automated: bool
    created: str
    pushed: str | None
    pulls: int
    stars: int


def namespace_names(count: int) -> Iterator[str]:
    """Yield different names, each right for a user as well as for an organization, by rank."""
    words = [word for word in vocabulary() if len(word) > 3 and word not in RESERVED_NAMES]
    words = [word for word in words if not word[-1].isdigit()]
    random.Random("namespaces").shuffle(words)  # noqa: S311
    for rank in range(count):
        again, which = divmod(rank, len(words))
        yield f"{words[which]}{again or ''}"


class Corpus:
    """`count` rows, made in chunks: memory does not grow with them but for the names of namespaces."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.namespaces = list(namespace_names(max(count // ROWS_IN_NAMESPACE, 300)))
        self._trade = trade_words()
        self._words = vocabulary()
        self._weights = zipf_weights(VOCABULARY)
        self._taken = bytearray(_NAMES_TAKEN >> 3)
        self._every = max(1, count // BOTH_APART)

    def rows(self) -> Iterator[Row]:
        """Yield them by id, from 1."""
        for start in range(0, self.count, _CHUNK):
            chosen = random.Random(f"rows {start}")  # noqa: S311
            draw = _Words(chosen, self._words, self._weights)
            for number in range(start, min(start + _CHUNK, self.count)):
                yield self._row(number, chosen, draw)

    def _row(self, number: int, chosen: random.Random, draw: _Words) -> Row:
        rand = chosen.random
        is_official = number < OFFICIAL
        pulls = min(int(rand() ** _PULLS) - 1, 10**13) if not is_official else 10**9 // (number + 1)
        age = int(_YEARS * rand() ** 1.5) if not is_official else number % 60
        names = [self._trade[number]] if is_official else draw.some(_bisected(rand() * 100))
        text = (
            draw.some(_log_normal(chosen, 6.5, 0.5)) if rand() < _DESCRIBED or is_official else []
        )
        if not is_official:
            self._hard_words(number, (names, text), chosen, is_unpopular=pulls < 3 and age > 730)
        rank = int(len(self.namespaces) * rand() ** _SIZES) if not is_official else -1
        name = names[0] if is_official else self._unused(rank, names, chosen)
        seconds = int(rand() * 1440)
        time = f"{seconds // 60:02}:{seconds % 60:02}:00"
        share = rand()
        return Row(
            id=number + 1,
            namespace=rank,
            name=name,
            visibility=_visibility(share) if not is_official else "public",
            description=_cut(" ".join(text)),
            readme=_readme(chosen, draw) if rand() < 0.1 else "",
            topics=chosen.sample(self._trade, chosen.randint(1, 4)) if rand() < 0.2 else [],
            is_archived=rand() < 0.01 and not is_official,
            is_automated=rand() < 0.05,
            created=f"{_DAYS[age + 300]} {time}",
            pushed=f"{_DAYS[age]} {time}" if rand() > 0.03 or is_official else None,
            pulls=pulls,
            stars=int(pulls**0.45 * 0.15 * 2 ** chosen.gauss(0, 1)),
        )

    def _hard_words(
        self,
        number: int,
        texts: tuple[list[str], list[str]],
        chosen: random.Random,
        *,
        is_unpopular: bool,
    ) -> None:
        """Put in the words that are in a fixed share of the rows."""
        if number % self._every == self._every // 2:
            texts[1][:0] = APART
            return
        _put(EVERYWHERE, 0.3, texts, chosen, in_name=0.1)
        for word in FREQUENT:
            _put(word, 0.1, texts, chosen, in_name=0.5)
        # Each in a tenth of all rows, but in rows of its own half.
        _put(APART[chosen.random() < 0.5], 0.2, texts, chosen, in_name=0.3)
        if is_unpopular:
            _put(UNPOPULAR, 0.042, texts, chosen, in_name=0.3)

    def _unused(self, rank: int, names: list[str], chosen: random.Random) -> str:
        separator = chosen.choice(_SEPARATORS)
        name = f"{self.namespaces[rank]}/{separator.join(names)}"
        while self._is_taken(name):
            name = f"{name}{separator}{chosen.choice(self._words)}"
        return name

    def _is_taken(self, name: str) -> bool:
        """Say whether it may be taken, and take it: a bit for each hash, so memory stays small."""
        bit = (zlib.crc32(name.encode()) * 0x9E3779B1 >> 4) % _NAMES_TAKEN
        byte, mask = bit >> 3, 1 << (bit & 7)
        taken = self._taken[byte] & mask
        self._taken[byte] |= mask
        return bool(taken)


class _Words:
    """Words drawn by Zipf's law; many at once is ten times as quick."""

    def __init__(self, chosen: random.Random, words: list[str], weights: list[float]) -> None:
        self._chosen, self._words, self._weights = chosen, words, weights
        self._drawn: list[str] = []
        self._at = 0

    def some(self, count: int) -> list[str]:
        """Return so many, at most 20,000; one may come twice."""
        if self._at + count > len(self._drawn):
            self._drawn = self._chosen.choices(self._words, cum_weights=self._weights, k=20_000)
            self._at = 0
        found = self._drawn[self._at : self._at + count]
        self._at += count
        return found


def _readme(chosen: random.Random, draw: _Words) -> str:
    if chosen.random() < 0.03:  # a link farm
        return " ".join(f"https://{word}.example/{word}" for word in draw.some(12))
    return " ".join(draw.some(int(30 + 170 * chosen.random())))


def _put(
    word: str,
    share: float,
    texts: tuple[list[str], list[str]],
    chosen: random.Random,
    *,
    in_name: float,
) -> None:
    """Let a share of the rows have the word: in the name, or in front of a description."""
    name, description = texts
    if chosen.random() < share * in_name:
        name.append(word)
    elif description and chosen.random() < share * (1 - in_name) / _DESCRIBED:
        description.insert(0, word)  # where it is not cut off


def _cut(text: str) -> str:
    if len(text) <= _LONGEST_DESCRIPTION:
        return text
    return text[: text.rfind(" ", 0, _LONGEST_DESCRIPTION + 1)]


def _log_normal(chosen: random.Random, middle: float, spread: float) -> int:
    return max(1, int(middle * 2.718281828 ** chosen.gauss(0, spread)))


def _bisected(percent: float) -> int:
    return next(words for words, most in enumerate(_LENGTHS, 1) if percent < most)


def _visibility(share: float) -> str:
    if share < 0.15:
        return "private"
    return "internal" if share < 0.18 else "public"
