"""What others do with the same rows, each in tables and indexes of its own.

Quay (data/model/repository.py): ILIKE over name and description with trigram indexes, joined with a table
of scores, a hit in the name counts a hundred times; 25 rows. Harbor (search.go): ILIKE over the name
without an index, and every hit is fetched. SQLite has neither: LIKE over both, 25 rows.
"""

from __future__ import annotations

from django.db import connection

QUAY, HARBOR, LIKE = "as Quay", "as Harbor", "LIKE"

_TABLES = (
    """
    CREATE TABLE bench_repository AS
    SELECT id, namespace_id, substr(name, instr_ + 1) AS name, name AS full_name, description,
           visibility, state
    FROM (SELECT *, {position} AS instr_ FROM index_repository) named
    """,
    "CREATE TABLE bench_score AS SELECT id, id AS repository_id, pull_count AS score FROM index_repository",
    "CREATE UNIQUE INDEX bench_repository_id ON bench_repository (id)",
    "CREATE UNIQUE INDEX bench_score_id ON bench_score (id)",
    "CREATE UNIQUE INDEX bench_score_repository ON bench_score (repository_id)",
    "CREATE INDEX bench_repository_namespace ON bench_repository (namespace_id, name)",
)
_TRIGRAMS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX bench_trigrams_name ON bench_repository USING gin (name gin_trgm_ops)",
    "CREATE INDEX bench_trigrams_description ON bench_repository USING gin (description gin_trgm_ops)",
)
_LIKE_QUAY = """
    SELECT r.id, n.name, r.name, r.description, r.visibility, r.state,
           CASE WHEN r.name {like} %s THEN 100 * s.score ELSE s.score END AS score
    FROM bench_repository r
    JOIN accounts_namespace n ON n.id = r.namespace_id
    JOIN bench_score s ON s.repository_id = r.id
    WHERE (r.description {like} %s OR r.name {like} %s)
      AND r.state <> 'deleted' AND r.visibility = 'public'
    ORDER BY score DESC, s.id LIMIT 25
"""
_LIKE_HARBOR = "SELECT id, full_name, description FROM bench_repository WHERE full_name ILIKE %s"


def make_baselines() -> None:
    """Make tables and indexes from the rows of the index, unless they are there."""
    if "bench_repository" in connection.introspection.table_names():
        return
    is_postgresql = connection.vendor == "postgresql"
    position = "strpos(name, '/')" if is_postgresql else "instr(name, '/')"
    with connection.cursor() as cursor:
        if is_postgresql:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SET maintenance_work_mem = '512MB'")
        for statement in (*_TABLES, *(_TRIGRAMS if is_postgresql else ())):
            cursor.execute(statement.format(position=position))
        if is_postgresql:  # one by one: outside of a transaction
            cursor.execute("VACUUM ANALYZE bench_repository")
            cursor.execute("VACUUM ANALYZE bench_score")
            cursor.execute("RESET statement_timeout")
            cursor.execute("RESET maintenance_work_mem")
        else:
            cursor.execute("ANALYZE bench_repository")


def baselines() -> list[str]:
    """Return the names of those that this database can do."""
    return [QUAY, HARBOR] if connection.vendor == "postgresql" else [LIKE]


def ask(baseline: str, typed: str) -> int:
    """Ask and fetch; return how many rows came."""
    pattern = f"%{typed}%"
    with connection.cursor() as cursor:
        if baseline == HARBOR:
            cursor.execute(_LIKE_HARBOR, [pattern])
        else:
            like = "ILIKE" if baseline == QUAY else "LIKE"
            cursor.execute(_LIKE_QUAY.format(like=like), [pattern] * 3)
        return len(cursor.fetchall())
