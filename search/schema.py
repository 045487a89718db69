"""What Django's models cannot say of the index: indexes for lexemes, and triggers that tell of changes.

Laid after every `migrate`, and taken away before one that changes something: SQLite makes tables anew
when they change, which loses their triggers, and PostgreSQL changes no column that a trigger names.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from accounts.statements import run
from search import fts5
from search.documents import OWN_LETTERS, OWN_MARK

SLOTS = ("a", "b")

# Columns of index_repository that an entry is made of. Pulls are not: they are counted by the thousand
# each second, and search.upkeep looks for those that make a difference.
_TOLD = (
    "name", "namespace_id", "visibility", "state", "mode", "description", "readme", "topics",
    "image_facts", "star_count", "is_automated", "last_pushed_at",
)  # fmt: skip
# When one of these changes, the entry goes with the same commit: upkeep decides who finds it next. The name
# is one of them because tokens are limited to names.
_HIDING = ("namespace_id", "name", "visibility", "state")
_OWNED = """SELECT r.id FROM index_repository r JOIN accounts_namespace n ON n.id = r.namespace_id
    WHERE n.{} = NEW.id"""
# Other tables: which columns, and which repositories that is.
_OTHERS = {
    "accounts_namespace": (
        ("name", "is_verified"),
        "SELECT id FROM index_repository WHERE namespace_id = NEW.id",
    ),
    "accounts_user": (
        ("display_name",),
        _OWNED.format("user_id"),
    ),
    "accounts_organization": (
        ("display_name",),
        _OWNED.format("organization_id"),
    ),
    "index_manifest": (("described_at",), "SELECT NEW.repository_id"),  # platforms
}


# Kilobytes of what is new, before whoever adds to it brings it to its places: every search reads the list, and
# with four hundred entries in it a search takes twice as long.
_LISTED = 256
# The words of an entry, each with its namespace in one number: who looks for a word in some namespaces meets
# nobody else's. Its cost keeps the planner from asking each row instead of the index, and it is not `safe` because
# a second process takes longer to begin than all of this.
_OWN_WORDS = f"""CREATE OR REPLACE FUNCTION search_own_words(namespace bigint, lexemes tsvector)
    RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL UNSAFE COST 10000 AS
    $$ SELECT array_agg(DISTINCT hashtextextended(
           translate(left(one, 1), '{"".join(OWN_LETTERS)}', '{"".join(OWN_LETTERS.values())}') || substr(one, 2), namespace))
       FROM unnest(tsvector_to_array(lexemes)) AS one
       WHERE strpos('{"".join(OWN_LETTERS)}', left(one, 1)) > 0 OR one = '{OWN_MARK}' $$"""  # noqa: S608


def lay() -> None:
    """Make whatever is missing."""
    take_away()
    statements = _for_sqlite() if connection.vendor == "sqlite" else _for_postgresql()
    _execute(statements)


def take_away() -> None:
    """Take the triggers away; entries stay."""
    names = connection.introspection.table_names()
    tables = [table for table in ("index_repository", *_OTHERS) if table in names]
    if connection.vendor == "sqlite":
        _execute(f"DROP TRIGGER IF EXISTS {name}" for table in tables for name in _names(table))
    else:
        _execute(
            f"DROP TRIGGER IF EXISTS {name} ON {table}"
            for table in tables
            for name in _names(table)
        )


def is_laid() -> bool:
    """Whether the triggers are there."""
    catalog = "sqlite_master WHERE type = 'trigger' AND" if connection.vendor == "sqlite" else "pg_trigger WHERE NOT tgisinternal AND"  # fmt: skip
    column = "name" if connection.vendor == "sqlite" else "tgname"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {catalog} {column} = 'search_index_repository_told'")  # noqa: S608
        return cursor.fetchone() is not None


def lexeme_indexes(slot: str, *, waits: bool) -> list[str]:
    """Return what makes PostgreSQL's indexes over lexemes, one for each audience, and one's own.

    Apart, so that what is private has no part in what others' searches cost (case 23). Unless it `waits`,
    nobody else has to, and it must be outside of a transaction. What is new goes to a list that every search
    reads until `merge_new` takes it from there: a hundred places of the index are written later, many at once.
    """
    if connection.vendor == "sqlite":
        return []
    how = "" if waits else "CONCURRENTLY "
    return [
        f"CREATE INDEX {how}IF NOT EXISTS search_{slot}{name} ON search_entry_{slot}"
        f" USING gin ({what}) WITH (gin_pending_list_limit = {_LISTED}) WHERE audience = {audience}"
        for name, what, audience in _indexes()
    ]


def merge_new(slot: str) -> int:
    """Bring what is new in indexes over lexemes to its places; return how many pages of PostgreSQL's it was."""
    if connection.vendor == "sqlite":
        fts5.merge_own(slot)
        return 0
    cleaned = (f"gin_clean_pending_list('search_{slot}{name}')" for name, _, _ in _indexes())
    [(pages,)] = run(f"SELECT {' + '.join(cleaned)}", {})
    return int(pages)


def _indexes() -> list[tuple[str, str, int]]:
    """Return name, what is indexed, and audience of each index over lexemes."""
    own = ("own", "search_own_words(namespace_id, lexemes)", 2)
    return [*((str(audience), "lexemes", audience) for audience in range(3)), own]


def emptying(slot: str) -> list[str]:
    """Return what empties a slot that nobody searches; on PostgreSQL it is without lexeme_indexes then."""
    tables = [f"search_{kind}_{slot}" for kind in ("entry", "word", "variant")]
    losses = [f"DELETE FROM search_searchloss WHERE slot = '{slot}'"]  # noqa: S608
    if connection.vendor == "postgresql":
        dropped = [f"DROP INDEX IF EXISTS search_{slot}{name}" for name, _, _ in _indexes()]
        return [f"TRUNCATE {', '.join(tables)}", *losses, *dropped]
    deleted = [f"DELETE FROM {table}" for table in tables]  # noqa: S608
    return [*fts5.forgetting(slot), *deleted, *losses, *fts5.tables(slot)]


def _names(table: str) -> list[str]:
    return [f"search_{table}_{what}" for what in ("new", "told", "hidden", "gone")]


def _differs(columns: tuple[str, ...], word: str) -> str:
    return " OR ".join(f"NEW.{column} {word} OLD.{column}" for column in columns)


def _for_postgresql() -> list[str]:
    # Of a slot that was searched until now as well: some processes do not know yet. Not of one that is
    # being filled: the switch to it waits for whoever is here (search.rebuild).
    hide = " ".join(
        f"IF NOT EXISTS (SELECT FROM search_searchstate WHERE filling = '{slot}') THEN"  # noqa: S608
        f" WITH lost AS (DELETE FROM search_entry_{slot} WHERE repository_id = OLD.id"
        " RETURNING audience, lexemes) INSERT INTO search_searchloss (slot, lexemes)"
        f" SELECT '{slot}', lexemes FROM lost WHERE audience = 0; END IF;"
        for slot in SLOTS
    )
    statements = [
        _OWN_WORDS,
        _function("search_note_new", "INSERT INTO search_searchchange (repository_id) VALUES (NEW.id);"),
        _function("search_hide", hide),
        _function("search_forget", f"{hide} INSERT INTO search_searchchange (repository_id) VALUES (OLD.id);"),  # noqa: S608
        _trigger("new", "index_repository", "INSERT", "search_note_new"),
        _trigger("gone", "index_repository", "DELETE", "search_forget"),
        _trigger("told", "index_repository", _update(_TOLD), "search_note_new", _differs(_TOLD, "IS DISTINCT FROM")),
        _trigger("hidden", "index_repository", _update(_HIDING), "search_hide", _differs(_HIDING, "IS DISTINCT FROM")),
    ]  # fmt: skip
    for table, (columns, repositories) in _OTHERS.items():
        function = f"search_note_{table}"
        statements += [
            _function(function, f"INSERT INTO search_searchchange (repository_id) {repositories};"),
            _trigger("told", table, _update(columns), function, _differs(columns, "IS DISTINCT FROM")),
        ]  # fmt: skip
    for slot in SLOTS:
        # Rows stay whole up to the size of a page: those that are looked at are unpacked nine times otherwise.
        statements.append(f"ALTER TABLE search_entry_{slot} SET (toast_tuple_target = 8160)")
        statements += lexeme_indexes(slot, waits=True)
    return statements


def _function(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {body} RETURN NULL; END $$"
    )


def _update(columns: tuple[str, ...]) -> str:
    return f"UPDATE OF {', '.join(columns)}"


def _trigger(what: str, table: str, event: str, function: str, when: str = "") -> str:
    condition = f"WHEN ({when}) " if when else ""
    return (
        f"CREATE TRIGGER search_{table}_{what} AFTER {event} ON {table}"
        f" FOR EACH ROW {condition}EXECUTE FUNCTION {function}()"
    )


def _for_sqlite() -> list[str]:
    note = "INSERT INTO search_searchchange (repository_id) {};"
    hide = "".join(
        f"INSERT INTO search_searchloss (slot, lexemes) SELECT '{slot}', lexemes FROM search_entry_{slot}"  # noqa: S608
        " WHERE repository_id = OLD.id AND audience = 0;"
        f" DELETE FROM search_entry_{slot} WHERE repository_id = OLD.id; "
        for slot in SLOTS
    )
    new = note.format("VALUES (NEW.id)")
    statements = [
        _simple("new", "index_repository", "INSERT", new),
        _simple("gone", "index_repository", "DELETE", hide + note.format("VALUES (OLD.id)")),
        _simple("told", "index_repository", _update(_TOLD), new, _differs(_TOLD, "IS NOT")),
        _simple("hidden", "index_repository", _update(_HIDING), hide, _differs(_HIDING, "IS NOT")),
    ]
    for table, (columns, repositories) in _OTHERS.items():
        told = note.format(repositories)
        statements.append(_simple("told", table, _update(columns), told, _differs(columns, "IS NOT")))  # fmt: skip
    there = connection.introspection.table_names()
    for slot in SLOTS:
        statements += [*fts5.tables(slot), *fts5.filling(slot, there)]
    return statements


def _simple(what: str, table: str, event: str, body: str, when: str = "") -> str:
    condition = f"WHEN {when} " if when else ""
    return (
        f"CREATE TRIGGER search_{table}_{what} AFTER {event} ON {table}"
        f" FOR EACH ROW {condition}BEGIN {body} END"
    )


def _execute(statements: Any) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
