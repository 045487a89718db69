"""Which database is asked: a replica that keeps up, and the primary in every other case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from accounts import replicas
from accounts.replicas import has_written, read
from accounts.statements import asked
from accounts.web.own_writes import own_writes
from config.env_databases import env_replicas

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("accounts", "config", "index", "search", "tokenauth")


class Positions:
    """How far each is in the log, as tests say; None is one that is away."""

    def __init__(self) -> None:
        self.of: dict[str, int | None] = {"default": 100, "replica1": 100}
        self.now = 1000.0

    def __call__(self, alias: str, _statement: str) -> int:
        position = self.of[alias]
        if position is None:
            raise OperationalError(alias)
        return position

    def later(self, seconds: float, primary: int) -> None:
        """Let time pass, and the primary be there."""
        self.now += seconds
        self.of["default"] = primary


@pytest.fixture
def positions(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Positions]:
    """One replica, which may be five seconds behind; nobody is in a transaction."""
    settings.REPLICAS, settings.REPLICA_SECONDS = ["replica1"], 5
    settings.WRITTEN_COOKIE_NAME = "written"
    found = Positions()
    monkeypatch.setattr(replicas, "_position", found)
    monkeypatch.setattr("accounts.replicas.time.monotonic", lambda: found.now)
    monkeypatch.setattr(replicas, "connections", {"default": Idle(), "replica1": Idle()})
    replicas.forget()
    yield found
    replicas.forget()


class Idle:
    """A connection in no transaction."""

    in_atomic_block = False

    def close(self) -> None:
        """Be closed."""


def who() -> str:
    return read(lambda alias: alias)


def test_a_replica_that_has_everything_is_asked(positions: Positions) -> None:
    assert who() == "replica1"
    assert read(lambda _: asked.get()) == "replica1"
    assert asked.get() == "default"


def test_one_that_has_what_the_primary_had_some_seconds_ago_is_asked(positions: Positions) -> None:
    assert who() == "replica1"
    for seconds in range(1, 5):
        positions.later(1, primary=100 + seconds)
        assert who() == "replica1"


def test_one_that_is_further_behind_is_not_asked_until_it_has_caught_up(
    positions: Positions,
) -> None:
    assert who() == "replica1"
    found = []
    for seconds in range(1, 7):
        positions.later(1.1, primary=100 + seconds)
        found.append(who())
    assert (found[0], found[-1]) == ("replica1", "default")
    positions.of["replica1"] = 106
    positions.later(1.1, primary=107)
    assert who() == "replica1"


def test_one_that_is_away_is_left_alone_for_some_seconds(positions: Positions) -> None:
    positions.of["replica1"] = None
    assert who() == "default"
    positions.of["replica1"] = 100
    positions.later(3, primary=100)
    assert who() == "default"
    positions.later(3, primary=100)
    assert who() == "replica1"


def test_what_a_replica_cannot_answer_the_primary_does(positions: Positions) -> None:
    def question(alias: str) -> str:
        if alias != "default":
            raise OperationalError(alias)
        return asked.get()

    assert read(question) == "default"


def test_who_is_in_a_transaction_asks_the_primary(
    positions: Positions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Idle, "in_atomic_block", True)
    assert who() == "default"


def test_who_has_just_written_asks_the_primary(positions: Positions) -> None:
    asks = own_writes(lambda _: HttpResponse(who()))
    request = HttpRequest()
    request.method = "GET"
    assert asks(request).content == b"replica1"  # type: ignore[attr-defined]
    request.COOKIES = {"written": "1"}
    assert asks(request).content == b"default"  # type: ignore[attr-defined]
    assert not has_written.get()


def test_a_form_that_was_sent_is_remembered_for_the_seconds_that_are_allowed(
    positions: Positions, settings: Any
) -> None:
    request = HttpRequest()
    request.method = "POST"
    request.COOKIES = {settings.SESSION_COOKIE_NAME: "alice"}
    cookie = own_writes(lambda _: HttpResponse())(request).cookies["written"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (7, True, "Lax")


def test_without_replicas_nothing_is_remembered() -> None:
    with pytest.raises(MiddlewareNotUsed):
        own_writes(lambda _: HttpResponse())


def test_a_replica_has_less_time_for_a_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_TRIED", "postgresql://one/waybill,postgresql://two/waybill")
    found = env_replicas("WAYBILL_TRIED")
    assert [replica["HOST"] for replica in found.values()] == ["one", "two"]
    assert "statement_timeout=5000" in found["replica1"]["OPTIONS"]["options"]


def test_nothing_else_is_asked_of_a_replica() -> None:
    """Whoever is added here says in docs/operations/past-one-machine.md what may be old, and decides nothing by it."""
    asking = re.compile(r"^from accounts\.replicas import .*\bread\b", re.MULTILINE)
    apps = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    found = {str(path.relative_to(ROOT)) for path in apps if asking.search(path.read_text())}
    assert found == {"index/statistics.py", "index/web/home.py", "search/backends/replicas.py"}
