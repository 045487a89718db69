"""FTS5's tables over the lexemes of entries, in SQLite: one for each audience, and one of one's own words.

Triggers of the entries fill them, in whatever way an entry comes and goes.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from accounts.statements import run
from search.documents import OWN_LETTERS

_PAGES = 500  # that are merged in one step
_FORGET = "INSERT INTO {0} ({0}) VALUES ('delete-all')"
_PLACE = "((4095 - {0}.popularity) << 40) | {0}.repository_id, {0}.lexemes"
_FULL_TEXT = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS {full} USING fts5(
        lexemes, content='', columnsize=0, detail=none, tokenize="ascii tokenchars '/-._'")""",
    "DROP TRIGGER IF EXISTS {full}_in",
    """CREATE TRIGGER {full}_in AFTER INSERT ON {entry} WHEN NEW.audience = {audience}
        BEGIN INSERT INTO {full} (rowid, lexemes) VALUES ({new}); END""",
    "DROP TRIGGER IF EXISTS {full}_out",
    """CREATE TRIGGER {full}_out AFTER DELETE ON {entry} WHEN OLD.audience = {audience}
        BEGIN INSERT INTO {full} ({full}, rowid, lexemes) VALUES ('delete', {old}); END""",
)


def tables(slot: str) -> list[str]:
    """Return FTS5's tables, one for each audience, which the triggers of the entries fill.

    Their rowid is the order: the most popular has the smallest, so whoever reads on is done when the
    page is full. Lexemes are folded already; the tokenizer `ascii` leaves other letters alone.
    """
    return [
        statement.format(
            full=f"search_full_{slot}{name}",
            entry=f"search_entry_{slot}",
            audience=audience,
            new=row.format("NEW"),
            old=row.format("OLD"),
        )
        for name, row, audience in _tables()
        for statement in _FULL_TEXT
    ]


def _tables() -> list[tuple[str, str, int]]:
    """Return name, what is written of a row, and audience of each of FTS5's tables."""
    own = ("own", f"{{0}}.repository_id, {_own_text('{0}')}", 2)
    return [*((str(audience), _PLACE, audience) for audience in range(3)), own]


def _own_text(row: str) -> str:
    """Return what PostgreSQL's `search_own_words` does: each word with its namespace, `7.a/redis`."""
    text = f"{row}.lexemes"
    for letter, kept in OWN_LETTERS.items():
        if letter != kept:
            text = f"replace({text}, ' {letter}/', ' {kept}/')"
    return f"replace({text}, ' ', ' ' || {row}.namespace_id || '.')"


def forgetting(slot: str) -> list[str]:
    """Return what empties them; then `tables` lays the triggers again, without which entries go at once."""
    names = [f"search_full_{slot}{name}" for name, _, _ in _tables()]
    return [*(f"DROP TRIGGER {name}_out" for name in names), *map(_FORGET.format, names)]


def filling(slot: str, there: Collection[str]) -> list[str]:
    """Return what fills the table of one's own, if it is not there yet: the rest of the index may be older."""
    full = f"search_full_{slot}own"
    if full in there:
        return []
    fill = (
        f"INSERT INTO {full} (rowid, lexemes)"  # noqa: S608
        f" SELECT repository_id, {_own_text('e')} FROM search_entry_{slot} e WHERE audience = 2"
    )
    return [fill, f"INSERT INTO {full} ({full}) VALUES ('optimize')"]  # noqa: S608


def merge_all(slot: str) -> None:
    """Let SQLite have one's own words of a slot in one place, step by step: others write meanwhile.

    Of 200 namespaces each word is looked for in every place: 19 ms in seventeen of them, 6 ms in one.
    """
    if connection.vendor == "sqlite":
        merge_own(slot, -_PAGES)
        while merge_own(slot):
            pass


def merge_own(slot: str, pages: int = _PAGES) -> bool:
    """Do so much of it, with everything if it is less than zero; return whether there was anything to do.

    See "The 'merge' command" in FTS5's documentation: of less than two changes nothing was done.
    """
    full = f"search_full_{slot}own"
    before = connection.connection.total_changes
    run(f"INSERT INTO {full} ({full}, rank) VALUES ('merge', :pages)", {"pages": pages})  # noqa: S608
    return bool(connection.connection.total_changes - before > 1)
