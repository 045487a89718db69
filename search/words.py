"""How texts become words: the same for what is indexed and for what is asked."""

from __future__ import annotations

import re
import unicodedata

LONGEST_WORD = 40
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return the text without what people leave out: capitals, accents, wide and joined letters."""
    # First taken apart: the capitals of mathematics have no small letters of their own.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """Return the words of a text in their order, folded: runs of letters and digits."""
    if text.isascii():  # nearly all of them, and ten times as quick
        return [word[:LONGEST_WORD] for word in _WORD.findall(text.lower())]
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]
