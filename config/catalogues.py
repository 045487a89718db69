"""Catalogues of translations: read `.po`, make `.mo`, without the gettext programs.

Formats: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html and
https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_MAGIC, _HEADER_SIZE = 0x950412DE, 28


@dataclass
class Entry:
    """One text and what it is in the language; `texts` is one, or one for each plural form."""

    msgid: str = ""
    plural: str = ""
    context: str = ""
    texts: dict[int, str] = field(default_factory=dict)
    is_fuzzy: bool = False
    places: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether every form has a text that somebody has looked at."""
        return bool(self.texts) and all(self.texts.values()) and not self.is_fuzzy

    @property
    def key(self) -> str:
        """What the catalogue knows it by."""
        context = f"{self.context}\x04" if self.context else ""
        return context + (f"{self.msgid}\0{self.plural}" if self.plural else self.msgid)


def read_catalogue(path: Path) -> list[Entry]:
    """Return the entries of a `.po`, the header first; what is obsolete is left out."""
    return list(_entries(path.read_text(encoding="utf-8")))


def compile_catalogue(entries: list[Entry]) -> bytes:
    """Return the `.mo`: the same bytes for the same entries. What is not translated is left out."""
    texts = {
        entry.key.encode(): "\0".join(text for _, text in sorted(entry.texts.items())).encode()
        for entry in entries
        if entry.is_complete
    }
    keys = sorted(texts)
    ids = b"".join(key + b"\0" for key in keys)
    strings = b"".join(texts[key] + b"\0" for key in keys)
    tables = _HEADER_SIZE + 16 * len(keys)
    first = _table(keys, tables)
    second = _table([texts[key] for key in keys], tables + len(ids))
    head = struct.pack(
        "<7I", _MAGIC, 0, len(keys), _HEADER_SIZE, _HEADER_SIZE + 8 * len(keys), 0, tables
    )
    return head + first + second + ids + strings


def _table(texts: list[bytes], begins_at: int) -> bytes:
    table = b""
    for text in texts:
        table += struct.pack("<2I", len(text), begins_at)
        begins_at += len(text) + 1
    return table


def _entries(text: str) -> Iterator[Entry]:
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#~")]
        entry, has_any = Entry(), False
        at = ""
        for line in lines:
            if line.startswith("#:"):
                entry.places += line[2:].split()
            elif line.startswith("#,"):
                entry.is_fuzzy = "fuzzy" in line
            elif not line.startswith("#") and line.strip():
                word, _, rest = line.partition(" ")
                at, quoted = (at, line) if line.startswith('"') else (word, rest)
                _add(entry, at, ast.literal_eval(quoted))
                has_any = True
        if has_any:
            yield entry


def _add(entry: Entry, at: str, text: str) -> None:
    if at == "msgid":
        entry.msgid += text
    elif at == "msgid_plural":
        entry.plural += text
    elif at == "msgctxt":
        entry.context += text
    else:
        number = int(at.removeprefix("msgstr").strip("[]") or 0)
        entry.texts[number] = entry.texts.get(number, "") + text
