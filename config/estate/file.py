"""The file: a line of JSON for the header, one for each record, one for the end; gzip if its name says so."""

from __future__ import annotations

import gzip
import io
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from config.estate.records import BY_NAME, KINDS, Record
from config.estate.values import Unreadable, from_plain, to_plain

FORMAT = "waybill-estate"
FORMAT_VERSION = 1
LONGEST_LINE = 8 * 2**20
_GZIP = b"\x1f\x8b"
_END = "end"
_ORDER = {one.KIND: place for place, one in enumerate(KINDS)}


class Damaged(Exception):
    """The file is none of ours, or not whole; `str()` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line: what this is, and where it is from."""

    source: str  # the product: `waybill`, `harbor`
    source_version: str = ""
    format: str = FORMAT
    version: int = FORMAT_VERSION
    written_at: datetime
    credentials: bool = False
    kinds: tuple[str, ...] = field(default_factory=lambda: tuple(one.KIND for one in KINDS))


@dataclass(frozen=True, slots=True)
class Line:
    """One line that was read: a record, or why it is none."""

    number: int
    kind: str
    record: Record | None
    problem: str = ""
    about: str = ""


def write(path: Path, header: Header, records: Iterable[Record]) -> int:
    """Write a new file that its owner alone reads, whole or not at all; return how many records."""
    partial = path.with_name(f"{path.name}.partial")
    count = 0
    try:
        with _new(partial, compressed=path.suffix == ".gz") as file:
            file.write(_line(_first(header)))
            for count, record in enumerate(records, 1):  # noqa: B007 - how many is read after the loop
                file.write(_line({"kind": record.KIND, **to_plain(record)}))
            file.write(_line({"kind": _END, "records": count}))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def read_header(path: Path) -> Header:
    """Return the first line; raise Damaged if this is no file of ours."""
    with _opened(path) as file:
        return _header(file.readline(LONGEST_LINE))


def read(path: Path) -> Iterator[Line]:
    """Yield every line, in order, whether it is a record or not; raise Damaged where the file is not whole."""
    last, records = -1, 0
    with _opened(path) as file:
        _header(file.readline(LONGEST_LINE))
        for number, text in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 2):
            if not text.endswith(b"\n"):
                _stop(f"Line {number} is not whole.")
            values = _object(text)
            kind = str(values.pop("kind", ""))
            if kind == _END:
                _check_end(values, records, file)
                return
            records += 1
            if _ORDER.get(kind, last) < last:
                _stop(f"Line {number}: {kind} comes too late: see the order of kinds.")
            last = _ORDER.get(kind, last)
            yield _read_record(number, kind, values)
    _stop("The end is missing: the file was cut off.")


def count(path: Path) -> int:
    """Return how many records a whole file has; raise Damaged for one that is none, or not whole."""
    last, lines = b"", -1
    with _opened(path) as file:
        _header(file.readline(LONGEST_LINE))
        while line := file.readline(LONGEST_LINE):
            last, lines = line, lines + 1
    values = _object(last)
    if values.pop("kind", "") != _END:
        _stop("The end is missing: the file was cut off.")
    if values.get("records") != lines:
        _stop(f"There are {lines} records, and there were {values.get('records')}.")
    return lines


def _read_record(number: int, kind: str, values: dict[str, Any]) -> Line:
    if kind not in BY_NAME:
        return Line(number, kind, None, "there is no kind of that name, or the line is no object")
    try:
        return Line(number, kind, from_plain(BY_NAME[kind], values))
    except Unreadable as trouble:
        about = " ".join(str(values.get(name, ""))[:100] for name in BY_NAME[kind].KEY)
        return Line(number, kind, None, str(trouble), about.strip())


def _first(header: Header) -> dict[str, Any]:
    """Return all of the header: what it is like by default is no secret of this version."""
    whole = {"format": FORMAT, "version": FORMAT_VERSION, "credentials": header.credentials}
    return {**whole, "kinds": list(header.kinds), **to_plain(header)}


def _header(text: bytes) -> Header:
    values = _object(text)
    if values.get("format") != FORMAT:
        _stop(f"This is no file of the format {FORMAT}.")
    if values.get("version") != FORMAT_VERSION:
        _stop(f"Version {values.get('version')} of the format is not known here.")
    try:
        header: Header = from_plain(Header, values)
    except Unreadable as trouble:
        _stop(f"The header: {trouble}")
    return header


def _check_end(values: dict[str, Any], records: int, file: IO[bytes]) -> None:
    if values.get("records") != records:
        _stop(f"There are {records} records, and there were {values.get('records')}.")
    if file.read(1):
        _stop("Something stands after the end.")


def _stop(why: str) -> NoReturn:
    raise Damaged(why)


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@contextmanager
def _new(path: Path, *, compressed: bool) -> Iterator[IO[bytes]]:
    path.unlink(
        missing_ok=True
    )  # of a run that was killed; a link of somebody else is not followed
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        if compressed:
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                buffered = io.BufferedWriter(packed)
                yield buffered
                buffered.flush()
        else:
            yield raw
        raw.flush()
        os.fsync(raw.fileno())


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as raw:
            is_packed = raw.peek(2)[:2] == _GZIP
            yield cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if is_packed else raw
    except (EOFError, gzip.BadGzipFile) as trouble:
        _stop(f"The file was cut off: {trouble}")
