"""Statements for many rows at once: the rows travel as one JSON text, which both databases take apart.

A list of a thousand parameters takes Django longer to write than a database to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection

from accounts.statements import Row, run

# Written in statements as `{rows}` (a column `value` for each, JSON), `{texts}` (plain values), `{day}` and
# `{moment}`: the second and the fourth of a row's values; `{among}` and `{among_ids}`: that a column is one of
# the plain values. PostgreSQL knows nothing of how many those are, and only an array goes by the index.
_WORDS = {
    "sqlite": {
        "rows": "json_each(:rows)",
        "texts": "json_each(:rows)",
        "day": "value ->> 1",
        "moment": "value ->> 3",
        "among": "IN (SELECT value FROM json_each(:rows))",
        "among_ids": "IN (SELECT value FROM json_each(:rows))",
    },
    "postgresql": {
        "rows": "jsonb_array_elements(:rows::jsonb)",  # each value is taken apart once, not at each ->>
        "texts": "json_array_elements_text(:rows::json)",
        "day": "CAST(value ->> 1 AS date)",
        "moment": "CAST(value ->> 3 AS timestamptz)",
        "among": "= ANY(ARRAY(SELECT json_array_elements_text(:rows::json)))",
        "among_ids": "= ANY(ARRAY(SELECT CAST(json_array_elements_text(:rows::json) AS bigint)))",
    },
}


def run_for_rows(
    sql: str, rows: Sequence[Any], *, binary: bool = False, **params: Any
) -> list[Row]:
    """Run a statement for all rows; what it writes must matter to no decision (accounts.changes)."""
    given = {"rows": orjson.dumps(rows).decode(), **params}
    return run(_written(sql, connection.vendor), given, binary=binary)


def do_not_wait_for_the_disk() -> None:
    """Let this transaction be answered before PostgreSQL has it on disk; SQLite (WAL) never waits.

    For what leaves its cause behind when it is lost: after a crash both or neither are there.
    """
    if connection.vendor == "postgresql":
        run("SELECT set_config('synchronous_commit', 'off', true)", {})


def moment(at: datetime) -> Any:
    """Return a time, in UTC, as the database keeps it."""
    return str(at.replace(tzinfo=None)) if connection.vendor == "sqlite" else at


@lru_cache(maxsize=64)
def _written(sql: str, vendor: str) -> str:
    return sql.format(**_WORDS[vendor])
