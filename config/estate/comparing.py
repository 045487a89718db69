"""Whether two files say the same: whatever the order, and whatever the header."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import orjson

from config.estate.file import Line, read
from config.estate.records import KINDS, LeftBehind
from config.estate.values import to_plain

Key = tuple[str, ...]


def differences(left: Path, right: Path) -> Iterator[str]:
    """Yield a line for each record that only one has, or both have otherwise. Holds one kind in memory."""
    ours, theirs = _ByKind(left), _ByKind(right)
    for kind in KINDS:
        if kind is LeftBehind:
            return
        one, other = ours(kind.KIND), theirs(kind.KIND)
        for key in sorted(one.keys() - other.keys()):
            yield f"only in {left}: {kind.KIND} {' '.join(filter(None, key))}"
        for key in sorted(other.keys() - one.keys()):
            yield f"only in {right}: {kind.KIND} {' '.join(filter(None, key))}"
        for key in sorted(one.keys() & other.keys()):
            if one[key] != other[key]:
                yield f"not the same: {kind.KIND} {' '.join(filter(None, key))}"


class _ByKind:
    """Digests of records by key, kind after kind as the file has them."""

    def __init__(self, path: Path) -> None:
        self._groups = groupby(read(path), key=lambda line: line.kind)
        self._next: tuple[str, Iterator[Line]] | None = next(self._groups, None)

    def __call__(self, kind: str) -> dict[Key, bytes]:
        if self._next is None or self._next[0] != kind:
            return {}
        found = {_key(line): _digest(line) for line in self._next[1]}
        self._next = next(self._groups, None)
        return found


def _key(line: Line) -> Key:
    return line.record.key if line.record else (f"line {line.number}",)


def _digest(line: Line) -> bytes:
    plain = to_plain(line.record) if line.record else {"problem": line.problem}
    return hashlib.blake2b(
        orjson.dumps(plain, option=orjson.OPT_SORT_KEYS), digest_size=16
    ).digest()
