"""An import that ends in the middle, however, is finished by another one, and doubles nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.estate.comparing import differences
from config.estate.exporting import export
from config.estate.importing import Importer
from config.estate.new_secrets import NewSecrets
from config.estate.report import Report
from tests.estate.estate import refusals, take_in


class Killed(BaseException):
    """What no code catches."""


class KilledAt:
    """Lets so many statements through, and then what a database does by itself when nobody is there."""

    def __init__(self, statements: int) -> None:
        self._left = statements

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        self._left -= 1
        if self._left < 0 and not sql.startswith("ROLLBACK"):
            raise Killed
        return execute(sql, *rest)


def import_until(statements: int, file: Path) -> None:
    importer = Importer(file, by=None, report=Report(), secrets=NewSecrets(None))
    with pytest.raises(Killed), connection.execute_wrapper(KilledAt(statements)):
        importer.run()


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statements=st.integers(1, 200))
def test_whatever_statement_was_the_last_a_second_run_completes_the_estate(
    estate: Path, tmp_path: Path, statements: int
) -> None:
    again = tmp_path / "again.jsonl"
    with transaction.atomic():
        import_until(statements, estate)
        assert refusals(take_in(estate)) == []
        export(again, credentials=True)
        transaction.set_rollback(True)
    assert list(differences(estate, again)) == []
