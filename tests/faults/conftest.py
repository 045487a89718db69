"""One instance on a PostgreSQL of its own for the tests that leave it as they found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.stack import running_stack
from tests.faults.cast import Cast, running_cast
from tests.faults.database import Database, running_database
from tests.waiting import eventually


@pytest.fixture(scope="package")
def database() -> Iterator[Database]:
    """Where that instance keeps everything."""
    with running_database() as database:
        yield database


@pytest.fixture(scope="package")
def shared(database: Database) -> Iterator[Cast]:
    """The instance."""
    with running_stack(database.url) as stack, running_cast(stack) as cast:
        yield cast


@pytest.fixture
def cast(shared: Cast) -> Iterator[Cast]:
    """The same, which is well before each test and after it."""
    eventually(shared.are_all_served, within=60)
    yield shared
    eventually(shared.are_all_served, within=60)
