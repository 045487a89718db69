"""Count the words of entries while the index is made anew, and remember where the best with each of them are."""

from __future__ import annotations

from array import array
from bisect import insort
from collections import Counter

from django.db import connection

from accounts.statements import run
from search import dictionary
from search.backends import postgresql
from search.backends.slots import Slot
from search.backends.tsquery import as_tsquery
from search.documents import Entry

_PAGE = 30  # entries, about


class Counting:
    """What the dictionary of a slot will say of the entries that were written to it."""

    def __init__(self, slot: Slot) -> None:
        """Begin with none."""
        self._slot = slot
        self.counted: Counter[str] = Counter()
        self._tops: dict[str, array[int]] = {}  # popularity of the best with each, the least first

    def add(self, entry: Entry) -> None:
        """Count the words of a public entry."""
        words = dictionary.counted_in(entry.lexemes, self._slot.frequent)
        self.counted.update(words)
        if connection.vendor == "sqlite":
            return  # its order is in the index itself
        for word in words:
            top = self._tops.get(word)
            if top is None:
                self._tops[word] = array("H", (entry.popularity,))
            elif len(top) < _PAGE:
                insort(top, entry.popularity)
            elif top[0] < entry.popularity:
                insort(top, entry.popularity)
                del top[0]

    def places(self) -> dict[str, tuple[int, int]]:
        """Return `best` and `page` of `Known`; of words where they are frequent, for others may be joined."""
        found = {one: self._place(one) for one in self._tops if not dictionary.is_word(one)}
        for word in self._tops:
            if self.counted[word] < postgresql.GUARD or not dictionary.is_word(word):
                continue
            joined = self._best_joined(word)
            for one in (word, dictionary.begun_as(word)):
                best, page = found.get(one) or self._place(one)
                found[one] = max(best, joined), page
        return found

    def _place(self, word: str) -> tuple[int, int]:
        top = self._tops.get(word, (0,))
        return top[-1], top[0] if self.counted[word] >= postgresql.GUARD else 0

    def _best_joined(self, word: str) -> int:
        """Return the popularity of the best that has it as two words: `red-is`. Those are not counted."""
        [(best,)] = run(
            f"""SELECT max(popularity) FROM search_entry_{self._slot.name}
            WHERE audience = 0 AND lexemes @@ CAST(:query AS tsquery)""",  # noqa: S608
            {"query": as_tsquery(f"j/{word}")},
        )
        return best or 0
