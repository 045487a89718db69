"""The tables of a source, put into a file of their own: so they can be asked, and memory stays flat."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.estate.sources.dumps import Row, Values, read_dump
from config.estate.sources.errors import Unusable

_TRUE = frozenset({"1", "t", "true"})


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is read: the columns that are needed, and those that some versions lack."""

    name: str
    columns: tuple[str, ...]
    later: tuple[str, ...] = ()
    is_needed: bool = True


@dataclass(frozen=True, slots=True)
class Schema:
    """What is read of a source's database; why not the rest, by table."""

    product: str
    versions: str  # those whose schema was read, for people
    tables: tuple[Table, ...]
    unread: Mapping[str, str] = field(default_factory=dict)


class Tables:
    """The rows of one dump, in a temporary file that goes with the object."""

    def __init__(self) -> None:
        """Open the file; SQLite deletes it as soon as it is closed."""
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.create_function("truth", 1, is_true, deterministic=True)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("BEGIN")  # for good: nothing of it is ever looked at by another
        self.unread: set[str] = set()  # with rows that are not read

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def ask(self, query: str, *values: Any) -> Iterator[sqlite3.Row]:
        """Yield what a statement of our own answers."""
        yield from self._database.execute(query, values)

    def do(self, statement: str, *values: Any) -> None:
        """Run a statement of our own that answers nothing."""
        self._database.execute(statement, values)

    def prepare(self, schema: Schema) -> None:
        """Make all tables, which are empty."""
        for table in schema.tables:
            self.make(table)

    def look_up(self, schema: Schema) -> None:
        """Let rows be found soon: most are looked up by what stands first, the number."""
        for table in schema.tables:
            self.do(
                f"CREATE INDEX {_quoted('by-' + table.name)} ON {_quoted(table.name)} ({_quoted(table.columns[0])})"
            )

    def load(self, path: Path, schema: Schema) -> None:
        """Read a dump; raise Unusable, also for one of a version whose tables are others."""
        self.prepare(schema)
        known = {table.name: table for table in schema.tables}
        seen = set()
        for one in read_dump(path, known):
            seen.add(one.table)
            if one.table in known and one.columns:
                self._take(one, known[one.table], schema)
            elif one.table not in known and one.values is not None:
                self.unread.add(one.table)
        self.look_up(schema)
        for table in schema.tables:
            if table.is_needed and table.name not in seen:
                message = (
                    f"There is no table {table.name} in the dump: it is none of {schema.product}, or "
                    "not of the whole database. Make it with the command in "
                    "docs/operations/moving-in.md."
                )
                raise Unusable(message)

    def make(self, table: Table) -> None:
        """Make an empty table."""
        names = ", ".join(_quoted(one) for one in (*table.columns, *table.later))
        self._database.execute(f"CREATE TABLE {_quoted(table.name)} ({names})")

    def put(self, table: str, columns: Iterable[str], values: Iterable[Any]) -> None:
        """Add a row."""
        names, given = [*columns], [*values]
        places = ", ".join("?" * len(given))
        self._database.execute(
            f"INSERT INTO {_quoted(table)} ({', '.join(map(_quoted, names))}) VALUES ({places})",  # noqa: S608 - names of ours
            given,
        )

    def _take(self, row: Row, table: Table, schema: Schema) -> None:
        if missing := sorted(set(table.columns) - set(row.columns)):
            message = (
                f"The table {table.name} has no column {missing[0]}: this is no dump of "
                f"{schema.product} {schema.versions}, whose tables are known here. Upgrade "
                f"{schema.product} to one of them first, and dump again."
            )
            raise Unusable(message)
        if row.values is None:
            return
        names, values = _known(row.columns, row.values, {*table.columns, *table.later})
        self.put(table.name, names, values)


def _known(
    columns: tuple[str, ...], values: Values, wanted: set[str]
) -> tuple[list[str], list[str | None]]:
    pairs = [pair for pair in zip(columns, values, strict=True) if pair[0] in wanted]
    return [name for name, _ in pairs], [value for _, value in pairs]


def is_true(value: object) -> bool:
    """MySQL writes 1, PostgreSQL t; what is neither is no."""
    return str(value).lower() in _TRUE


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
