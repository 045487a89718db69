"""Write the corpus into the tables of a real index, as quickly as the database takes it.

Indexes, constraints and triggers of the large tables are taken off meanwhile and put back as they were;
the search index is built from the rows afterwards, so nothing has to follow each of them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction

from bench.search_corpus import NOW, Corpus

# People who own organizations with so many namespaces.
MEMBERS = {20: "bench020", 200: "bench200"}
_BATCH = 10_000
_NO_LOG_IN = "!"
_NOW = f"{NOW:%Y-%m-%d %H:%M:%S}"
# The namespaces of members: ranks between a ten-thousandth and two thirds of all, and a few large ones.
_FIRST_SHARE, _LAST_SHARE = 1e-4, 0.66
_LARGE_RANKS = (3, 9, 21, 41)


def fill(count: int) -> None:
    """Write everything into a database that `migrate` has just made."""
    from accounts.models import Namespace, Organization, User
    from index.models import Registry, Repository

    corpus = Corpus(count)
    tables = [User, Organization, Namespace, Repository]
    with transaction.atomic(), _bare([model._meta.db_table for model in tables]):
        registry = Registry.objects.create(
            name="bench",
            upstream_url="http://127.0.0.1:9",
            service="bench",
            events_secret_digest="",
        )
        root = Namespace.objects.get(name="library").pk
        names = list(enumerate(corpus.namespaces))
        users = ((1 + rank, name) for rank, name in names if not rank % 2)
        _write(User, ("id", "username"), users, password=_NO_LOG_IN, date_joined=_NOW)
        organizations = ((1 + rank, name) for rank, name in names if rank % 2)
        _write(Organization, ("id", "name"), organizations, created_at=_NOW)
        held = (
            (
                root + 1 + rank,
                name,
                *((None, 1 + rank) if rank % 2 else (1 + rank, None)),
                rank < 300,
            )
            for rank, name in names
        )
        columns = ("id", "name", "user_id", "organization_id", "is_verified")
        _write(Namespace, columns, held, created_at=_NOW)
        _write(Repository, _REPOSITORY, _repositories(corpus, root, registry.pk))
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)
    for many, name in MEMBERS.items():
        _make_member(name, many, [corpus.namespaces[rank] for rank in _ranks(many, corpus)])
    tidy()


def tidy() -> None:
    """Leave nothing to be done later, as autovacuum would."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        else:
            # No ANALYZE: no instance on SQLite ever runs it.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def is_filled(count: int) -> bool:
    """Whether the database has it already. Raises RuntimeError where it has something else."""
    from index.models import Repository

    found = Repository.objects.count()
    if found not in {0, count}:
        message = f"this database has {found} repositories, not {count}"
        raise RuntimeError(message)
    return found == count


def sizes() -> dict[str, list[int]]:
    """Return the bytes of each table of search, and of all its indexes; none on SQLite."""
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class "
            "WHERE relkind = 'r' AND relname LIKE 'search\\_%' ORDER BY relname"
        )
        return {name: [table, indexes] for name, table, indexes in cursor.fetchall()}


_REPOSITORY = (
    *("id", "namespace_id", "name", "stored_name", "registry_id", "visibility", "description"),
    *("readme", "topics", "mode", "created_at", "last_pushed_at"),
    *("pull_count", "star_count", "is_automated"),
)


def _repositories(corpus: Corpus, root: int, registry: int) -> Iterator[tuple[Any, ...]]:
    for row in corpus.rows():
        yield (
            *(row.id, root + 1 + row.namespace, row.name, row.name, registry, row.visibility),
            *(row.description, row.readme, json.dumps(row.topics)),
            *("archived" if row.is_archived else "open", row.created, row.pushed),
            *(row.pulls, row.stars, row.is_automated),
        )


def _write(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[Any, ...]], **given: str
) -> None:
    """Write rows of these columns; the others are as `given`, or as a new one of the model has them."""
    defaults = given | {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.concrete_fields
        if not field.null
        and field.column not in {*columns, *given}
        and field.db_default is models.NOT_PROVIDED
    }
    names, constants = (*columns, *defaults), tuple(defaults.values())
    table, quoted = model._meta.db_table, ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({quoted}) FROM STDIN') as copy:
                end = "".join(f"\t{constant}" for constant in constants) + "\n"
                for batch in _batches(rows):
                    copy.write("".join([f"{_as_text(row)}{end}" for row in batch]))
            return
        marks = ", ".join(["%s"] * len(names))
        statement = f'INSERT INTO "{table}" ({quoted}) VALUES ({marks})'  # noqa: S608 - our names
        for batch in _batches(rows):
            cursor.executemany(statement, [row + constants for row in batch])


def _as_text(row: tuple[Any, ...]) -> str:
    """Return a line for COPY; there is nothing in the corpus that must be escaped."""
    return "\t".join(["\\N" if value is None else str(value) for value in row])


def _batches(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


@contextmanager
def _bare(tables: list[str]) -> Iterator[None]:
    """Let tables have no indexes, triggers and unique constraints but the primary key for a while."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
            cursor.execute("SET LOCAL session_replication_role = replica")  # triggers, foreign keys
            taken, again = _on_postgresql(cursor, tables)
        else:
            taken, again = _on_sqlite(cursor, tables)
        for statement in taken:
            cursor.execute(statement)
        yield
        for statement in again:
            cursor.execute(statement)


def _on_postgresql(cursor: Any, tables: list[str]) -> tuple[list[str], list[str]]:
    """Return the statements that take them off, and those that put them back."""
    cursor.execute(
        "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'u' AND conrelid = ANY (%s::regclass[])",
        [tables],
    )
    unique = cursor.fetchall()
    cursor.execute(
        "SELECT i.indexrelid::regclass, pg_get_indexdef(i.indexrelid) FROM pg_index i "
        "WHERE i.indrelid = ANY (%s::regclass[]) AND NOT EXISTS "
        "(SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u'))",
        [tables],
    )
    indexes = cursor.fetchall()
    taken = [f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' for table, name, _ in unique]
    again = [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {text}' for table, name, text in unique]
    taken += [f"DROP INDEX {name}" for name, _ in indexes]
    return taken, again + [text for _, text in indexes]


def _on_sqlite(cursor: Any, tables: list[str]) -> tuple[list[str], list[str]]:
    marks = ", ".join(["%s"] * len(tables))
    cursor.execute(
        "SELECT type, name, sql FROM sqlite_master "  # noqa: S608 - only marks are put in
        f"WHERE sql IS NOT NULL AND type IN ('trigger', 'index') AND tbl_name IN ({marks})",
        tables,
    )
    found = cursor.fetchall()
    return [f'DROP {kind} "{name}"' for kind, name, _ in found], [sql for *_, sql in found]


def _ranks(many: int, corpus: Corpus) -> list[int]:
    """Return ranks of organizations, of all sizes: the odd ones are organizations."""
    ranks = dict.fromkeys(_LARGE_RANKS[: max(1, many // 50)])
    step = math.log(_LAST_SHARE / _FIRST_SHARE) / many
    for number in range(many - len(ranks)):
        rank = int(len(corpus.namespaces) * _FIRST_SHARE * math.exp(step * number)) | 1
        while rank in ranks:
            rank += 2
        ranks[rank] = None
    return list(ranks)


def _make_member(name: str, many: int, namespaces: list[str]) -> None:
    from accounts.models import Membership, Namespace, Organization, User
    from accounts.models.organization import OrganizationRole

    user = User.objects.create(username=name, password=_NO_LOG_IN)
    Namespace.objects.create(name=name, user=user)
    owned = Organization.objects.filter(name__in=namespaces)
    Membership.objects.bulk_create(
        Membership(organization=one, user=user, role=OrganizationRole.OWNER) for one in owned
    )
    if len(owned) != many:
        message = f"{name} owns {len(owned)} organizations, not {many}"
        raise RuntimeError(message)
