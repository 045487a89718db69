"""Dumps of a database, as `pg_dump`, `mysqldump` and `mariadb-dump` write them: row by row, whatever the size.

What is read is what those programs promise to write, not SQL: of PostgreSQL `COPY … FROM stdin`, of MySQL and
MariaDB `INSERT` with the columns named, or with `CREATE TABLE` before it. Both programs say in the last line
that the dump is whole.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, NoReturn, TypeAlias, cast

from config.estate.sources.errors import Unusable

Values: TypeAlias = "list[str | None]"

LONGEST_LINE = 64 * 2**20
_MYSQL_END = (b"-- Dump completed",)
_POSTGRES_END = (b"-- PostgreSQL database dump complete", b"\\unrestrict ")

_CREATE = re.compile(rb"CREATE TABLE (?:IF NOT EXISTS )?`([^`]+)` \($")
_COLUMN = re.compile(rb"\s+`([^`]+)` ")
_DATA_OF = re.compile(rb"(?:-- Dumping data for table|LOCK TABLES) `([^`]+)`")
_INSERT = re.compile(rb"INSERT (?:IGNORE )?INTO `([^`]+)` (?:\(([^)]*)\) )?VALUES ?")
_VALUE = re.compile(
    rb"(?:(NULL)|(?:_binary )?'((?:[^'\\]++|\\.|'')*+)'|([^\s,()']++))([,)])", re.DOTALL
)
_MYSQL_ESCAPE = re.compile(rb"\\(.)|''", re.DOTALL)
_MYSQL_MEANT = {b"0": b"\0", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"Z": b"\x1a", b"b": b"\b"}

_COPY = re.compile(rb'COPY (?:"?[^".\s]+"?\.)?"?([^"\s(]+)"? \(([^)]*)\) FROM stdin;$')
_POSTGRES_INSERT = re.compile(rb'INSERT INTO (?:"?[^".\s]+"?\.)?"?([^"\s(]+)"? ')
_POSTGRES_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_POSTGRES_MEANT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


class Row(NamedTuple):
    """A row of a table. None for values says that the table is in the dump; an empty list, that there are rows
    of one that nobody asked for.
    """

    table: str
    columns: tuple[str, ...]
    values: Values | None


def read_dump(path: Path, tables: Collection[str]) -> Iterator[Row]:
    """Yield the rows of those tables; raise Unusable."""
    with _opened(path) as lines:
        first = next(lines, b"")
        _check_beginning(first)
        head = [first, *(line for _, line in zip(range(5), lines, strict=False))]
        is_postgres = any(b"PostgreSQL database dump" in line for line in head)
        if not is_postgres and not any(re.search(rb"(MySQL|MariaDB) dump", line) for line in head):
            _stop(
                "This is no dump of pg_dump, mysqldump or mariadb-dump: its first lines do not say so. "
                "Make it with the command in docs/operations/moving-in.md, without --compact"
            )
        reader = _Postgres(tables) if is_postgres else _MySql(tables)
        yield from reader.rows(_chained(head, lines))


class _MySql:
    """Reads one dump of MySQL or MariaDB."""

    def __init__(self, tables: Collection[str]) -> None:
        self._tables = frozenset(tables)
        self._columns: dict[str, tuple[str, ...]] = {}
        self._created: str | None = None
        self._inserted: tuple[str, tuple[str, ...]] | None = None

    def rows(self, lines: Iterable[bytes]) -> Iterator[Row]:
        last = b""
        for line in lines:
            last = line.strip() or last
            if self._inserted:
                yield from self._row_by_row(line, 0)
            elif line.startswith(b"INSERT "):
                yield from self._insert(line)
            elif found := _DATA_OF.match(line):
                table = found[1].decode(errors="replace")
                yield Row(table, self._columns.get(table, ()), None)
            else:
                self._create(line)
        if self._inserted or not last.startswith(_MYSQL_END):
            _cut_off("-- Dump completed", "mysqldump was stopped, or --skip-comments was given")

    def _create(self, line: bytes) -> None:
        if found := _CREATE.match(line.rstrip()):
            self._created = found[1].decode(errors="replace")
            self._columns[self._created] = ()
        elif self._created and (found := _COLUMN.match(line)):
            self._columns[self._created] += (found[1].decode(errors="replace"),)
        elif self._created and line.startswith(b")"):
            self._created = None

    def _insert(self, line: bytes) -> Iterator[Row]:
        found = _INSERT.match(line)
        if not found:
            _stop(f"This INSERT is not of mysqldump: {line[:60]!r}")
        table = found[1].decode(errors="replace")
        if table not in self._tables:
            yield Row(table, (), [])
            return
        named = [one.strip(b" `").decode(errors="replace") for one in (found[2] or b"").split(b",")]
        columns = tuple(named) if found[2] else self._columns.get(table, ())
        if not columns:
            _stop(
                f"The dump does not name the columns of the table {table}: make it with "
                "--complete-insert"
            )
        self._inserted = table, columns
        yield from self._row_by_row(line, found.end())

    def _row_by_row(self, line: bytes, at: int) -> Iterator[Row]:
        """Yield the rows of one line; an INSERT goes over several where each row has its own."""
        assert self._inserted is not None  # noqa: S101 - who calls has looked
        table, columns = self._inserted
        while line.startswith(b"(", at):
            values, at = _one_row(line, at + 1, table)
            if len(values) != len(columns):
                _stop(
                    f"A row of the table {table} has {len(values)} values for {len(columns)} columns"
                )
            yield Row(table, columns, values)
            at += line.startswith(b",", at)
        rest = line[at:].strip()
        if rest == b";":
            self._inserted = None
        elif rest:
            _stop(f"The dump breaks off, or is damaged, in the table {table}: {rest[:40]!r}")


def _one_row(line: bytes, at: int, table: str) -> tuple[Values, int]:
    values: Values = []
    while found := _VALUE.match(line, at):
        null, quoted, plain, after = found.groups()
        values.append(None if null else _mysql_text(quoted, plain, table))
        at = found.end()
        if after == b")":
            return values, at
    message = f"The dump breaks off, or is damaged, in a row of the table {table}."
    raise Unusable(message)


def _mysql_text(quoted: bytes | None, plain: bytes | None, table: str) -> str:
    if quoted is None:
        text = plain or b""
        return bytes.fromhex(text[2:].decode()).hex() if text.startswith(b"0x") else text.decode()
    if b"\\" in quoted or b"''" in quoted:
        quoted = _MYSQL_ESCAPE.sub(
            lambda one: _MYSQL_MEANT.get(one[1], one[1]) if one[1] else b"'", quoted
        )
    return _decoded(quoted, table, "mysqldump --default-character-set=utf8mb4")


class _Postgres:
    """Reads one dump of PostgreSQL, of the plain format."""

    def __init__(self, tables: Collection[str]) -> None:
        self._tables = frozenset(tables)

    def rows(self, lines: Iterable[bytes]) -> Iterator[Row]:
        last, waiting = b"", iter(lines)
        for line in waiting:
            last = line.strip() if line.strip(b"-\r\n") else last  # `--` closes a heading
            if found := _COPY.match(line.rstrip()):
                yield from self._copied(found, waiting)
            elif line.startswith(b"INSERT INTO ") and self._is_wanted(line):
                _stop("The dump has INSERT where COPY is read: make it without --inserts")
        if not last.startswith(_POSTGRES_END):
            _cut_off("-- PostgreSQL database dump complete", "pg_dump was stopped")

    def _is_wanted(self, line: bytes) -> bool:
        found = _POSTGRES_INSERT.match(line)
        return found is not None and found[1].decode(errors="replace") in self._tables

    def _copied(self, found: re.Match[bytes], lines: Iterator[bytes]) -> Iterator[Row]:
        table = found[1].decode(errors="replace")
        columns = tuple(one.strip(b' "').decode(errors="replace") for one in found[2].split(b","))
        yield Row(table, columns, None)
        is_wanted, is_told = table in self._tables, False
        for line in lines:
            if line.rstrip(b"\r\n") == b"\\.":
                return
            if not is_wanted and not is_told:
                is_told = True
                yield Row(table, (), [])
            if is_wanted:
                values = [_postgres_text(one, table) for one in line.rstrip(b"\r\n").split(b"\t")]
                if len(values) != len(columns):
                    _stop(f"The dump breaks off, or is damaged, in a row of the table {table}")
                yield Row(table, columns, values)
        _cut_off("\\.", f"it ends within the table {table}")


def _postgres_text(text: bytes, table: str) -> str | None:
    if text == b"\\N":
        return None
    if b"\\" in text:
        text = _POSTGRES_ESCAPE.sub(lambda one: _POSTGRES_MEANT.get(one[1], one[1]), text)
    return _decoded(text, table, "pg_dump --encoding=UTF8")


def _decoded(text: bytes, table: str, how: str) -> str:
    try:
        return text.replace(b"\0", b"").decode()  # MySQL keeps it, no text here does
    except UnicodeDecodeError:
        _stop(f"A text in the table {table} is not UTF-8: make the dump with {how}")


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[bytes]]:
    try:
        with path.open("rb") as raw:
            is_packed = raw.peek(2)[:2] == b"\x1f\x8b"
            yield _lines(cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if is_packed else raw)
    except (EOFError, gzip.BadGzipFile):
        _stop("The compressed file is not whole: make it again, and look whether the disk is full")


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            _stop("A line has more than 64 MiB: make the dump with --net-buffer-length=1048576")
        yield line


def _check_beginning(line: bytes) -> None:
    if not line:
        _stop("The file is empty: look at what the command that makes it said")
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        _stop(
            "The file is UTF-16, as PowerShell's > writes: let the program write it, with "
            "--result-file=FILE (mysqldump) or --file=FILE (pg_dump)"
        )
    if line.startswith(b"PGDMP"):
        _stop("The dump is in PostgreSQL's own format: make it with --format=plain")


def _chained(head: list[bytes], rest: Iterator[bytes]) -> Iterator[bytes]:
    yield from head
    yield from rest


def _cut_off(end: str, perhaps: str) -> NoReturn:
    _stop(f"The dump is cut off: its last line is not “{end}” ({perhaps}). Make it again")


def _stop(why: str) -> NoReturn:
    message = f"{why}."
    raise Unusable(message)
