"""A client of the index in this process, and whose it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from waybill import Waybill
from waybill.commands.main import main
from waybill.commands.state import State
from waybill.logins.book import Book
from waybill.terminal.output import Output

from accounts.models import User
from tests.client.transport import URL, InProcess
from tests.conftest import World
from tests.machines import make_token

PARTS = ("profile:read", "repositories:write", "organizations:write")


@pytest.fixture
def transport() -> InProcess:
    """What the client sends, and what answers it."""
    return InProcess()


@pytest.fixture
def pauses() -> list[float]:
    """How long the client would have waited."""
    return []


ClientOf = Callable[[User | None], Waybill]


@pytest.fixture
def client_of(transport: InProcess, pauses: list[float]) -> ClientOf:
    """Makes clients with a token that opens all parts."""

    def client_of(user: User | None) -> Waybill:
        token = make_token(user, api_parts=PARTS).value if user else ""
        client = Waybill(URL, token=token, adapter=transport)
        client.sleep = pauses.append
        return client

    return client_of


@pytest.fixture
def alice(world: World, client_of: ClientOf) -> Waybill:
    """The client of someone with repositories."""
    return client_of(world.alice)


Run = Callable[..., Result]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    """Log-ins of this test alone, in a file: without a keyring, and without docker's store."""
    for name in ("WAYBILL_SERVER", "WAYBILL_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setattr("waybill.logins.stores._has_keyring", lambda: False)
    return Book(tmp_path / "waybill")


@pytest.fixture
def run(book: Book, transport: InProcess, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command as a script would."""
    monkeypatch.setattr("time.sleep", lambda _: None)

    def run(*words: str, stdin: str = "") -> Result:
        state = State(book=book, output=Output(), adapter=transport)
        return CliRunner().invoke(main, words, input=stdin, obj=state)

    return run
