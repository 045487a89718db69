"""Splitting a typed text into pieces: words, "exact words", each negated with -, and key:value.

    text  = piece*                             blanks between, not needed beside a quotation mark
    piece = "-"? (key ":")? (quoted | plain)   no second colon behind the first
    key   = letters, then letters, - or _
    plain = anything but blanks and quotation marks

Whether a key is a filter's is not known here: `redis:7` has the form of one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from search.asked import QueryRefused

MAXIMUM_LENGTH = 200
_MAXIMUM_ECHO = 30
_UNPRINTABLE = frozenset({"Cc", "Cs"})  # a NUL is a 500 on PostgreSQL, so is half a surrogate pair
_QUOTE = '["“”„]'  # what telephones and text programs make of "
_NO_QUOTE = '[^"“”„]'
# Each part ends where the next begins, so that the time is linear.
_PIECE = re.compile(
    rf"(?P<minus>-?)(?:(?P<key>[A-Za-z][A-Za-z_-]*):(?!:))?"
    rf"(?:{_QUOTE}(?P<quoted>{_NO_QUOTE}*)(?P<end>{_QUOTE}?)|(?P<plain>[^ \"“”„]*))"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing typed. `value` is without quotation marks; `key` is in lower case, "" for none."""

    raw: str
    value: str
    key: str = ""
    is_negated: bool = False
    is_quoted: bool = False

    @property
    def plain(self) -> str:
        """The piece as it stands, without the minus: for what turns out to be no filter."""
        return self.raw[1:] if self.is_negated else self.raw


def normalize(typed: str) -> str:
    """Return the text with single blanks; raise QueryRefused for one that cannot be searched for."""
    if len(typed) > MAXIMUM_LENGTH:
        message = _("A search has at most %(maximum_length)s characters.") % {
            "maximum_length": MAXIMUM_LENGTH
        }
        raise QueryRefused(message)
    if any(unicodedata.category(character) in _UNPRINTABLE for character in typed):
        message = _("A search cannot contain control characters.")
        raise QueryRefused(message)
    return " ".join(typed.split())


def split(text: str) -> list[Piece]:
    """Return the pieces of a normalized text; raise QueryRefused if a quotation has no end.

    The `raw` of all, joined with blanks, has the same pieces again.
    """
    return [_piece(match) for match in _PIECE.finditer(text) if match.group()]


def quote(value: str) -> str:
    """Return the value as it can stand behind `key:`; quotation marks in it are lost."""
    bare = re.sub(_QUOTE, "", value)
    return f'"{bare}"' if " " in bare else bare


def echo(typed: str) -> str:
    """Return what was typed as a message may repeat it: short, nothing that turns the line."""
    plain = "".join(character if character.isprintable() else "?" for character in typed)
    return plain if len(plain) <= _MAXIMUM_ECHO else plain[: _MAXIMUM_ECHO - 1] + "…"


def _piece(match: re.Match[str]) -> Piece:
    quoted = match["quoted"]
    if quoted is not None and not match["end"]:
        message = _('The closing quotation mark is missing: "exact words" stand between two.')
        raise QueryRefused(message)
    return Piece(
        match.group(),
        match["plain"] if quoted is None else quoted.strip(),
        (match["key"] or "").lower(),
        match["minus"] == "-",
        quoted is not None,
    )
