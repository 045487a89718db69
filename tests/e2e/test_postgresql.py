"""The same parts on PostgreSQL: one short walk, for every rule is tested there without them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e import steps
from tests.e2e.backstage import running_backstage
from tests.e2e.browser import Look, Window
from tests.e2e.engine import Docker, Engine
from tests.e2e.people import People, Person
from tests.e2e.stack import Stack, running_stack
from tests.waiting import eventually

VENDOR = """
from django.db import connection
answer = connection.vendor
"""


@pytest.fixture
def stack_on_postgresql() -> Iterator[Stack]:
    """An instance that keeps everything in PostgreSQL."""
    url = os.environ.get("WAYBILL_TEST_DATABASE_URL")
    if not url:
        pytest.skip("WAYBILL_TEST_DATABASE_URL names no PostgreSQL; ./dev test makes one")
    with running_stack(url) as stack:
        yield stack


@pytest.fixture
def alice(stack_on_postgresql: Stack, engine: Engine, homes: Iterator[Path]) -> Iterator[Person]:
    """Someone with an account there."""
    with running_backstage(stack_on_postgresql) as backstage:
        assert backstage.run(VENDOR) == "postgresql"
        people = People(stack_on_postgresql, backstage, lambda: Docker(engine, next(homes)))
        yield people.make("alice")


@pytest.fixture
def window(stack_on_postgresql: Stack, browser: Browser) -> Iterator[Window]:
    window = Window(browser, stack_on_postgresql.origin, Look())
    yield window
    window.close()
    assert window.complaints == []


def test_a_repository_lives_and_dies_on_postgresql(alice: Person, window: Window) -> None:
    alice.login()
    reference = alice.push_image("app")
    name = f"{alice.name}/app"
    eventually(lambda: name in alice.docker("search", f"{alice.host}/{alice.name}"))
    window.log_in(alice)
    steps.star(window, name)
    alice.forget(reference)
    alice.docker("pull", reference)
    steps.delete_repository(window, name)
    assert f"{name} does not exist" in alice.docker.fails("pull", reference)
