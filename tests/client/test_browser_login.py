"""`waybill login` by a browser: the program shows a code, a person approves it, and a session is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from waybill.logins.book import Book

from accounts.models import CommandLineSession, DeviceLogin, User
from tests.client.conftest import PARTS, Run
from tests.client.transport import URL, InProcess, loses
from tests.command_lines import approve, browser_of
from tests.conftest import World
from tests.machines import make_token

Meanwhile = Callable[[Callable[[], Any]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """What people do in a browser while the program waits, one thing for each of its pauses."""
    done: list[Callable[[], Any]] = []

    def pause(_: float) -> None:
        DeviceLogin.objects.update(polled_at=None)
        if done:
            done.pop(0)()

    monkeypatch.setattr("time.sleep", pause)
    return done.append


def code() -> str:
    return str(DeviceLogin.objects.latest("pk"))


def log_in(run: Run, user: User, meanwhile: Meanwhile, *words: str) -> Any:
    meanwhile(lambda: approve(browser_of(user), code()))
    return run("login", URL, *words)


@pytest.fixture
def as_alice(run: Run, world: World, meanwhile: Meanwhile) -> Run:
    """Runs commands of alice, who logged in by a browser."""
    assert log_in(run, world.alice, meanwhile).exit_code == 0
    return run


def test_it_shows_where_to_approve_what_and_says_who_one_is_then(
    run: Run, world: World, meanwhile: Meanwhile
) -> None:
    result = log_in(run, world.alice, meanwhile)
    assert result.stdout == f"Logged in to {URL} as alice.\n"
    shown = re.search(r"accounts/device\?code=([A-Z]{5}-[A-Z]{5})\n", result.stderr)
    assert shown
    assert f"  {shown[1]}\n" in result.stderr


def test_the_session_is_kept_as_tokens_are(as_alice: Run, book: Book) -> None:
    login = book.find(URL)
    assert login
    assert (login.username, login.is_session) == ("alice", True)
    assert "wbc_" not in book.path.read_text()


def test_commands_work_with_it(as_alice: Run) -> None:
    told = as_alice("whoami").stdout
    assert "alice" in told
    assert "session, approved in a browser" in told


def test_it_waits_through_no_answer_and_lost_connections(
    run: Run, world: World, meanwhile: Meanwhile, transport: InProcess
) -> None:
    meanwhile(lambda: None)
    meanwhile(lambda: transport.instead.append(loses))
    assert log_in(run, world.alice, meanwhile).exit_code == 0


def test_a_refusal_in_the_browser_is_said(run: Run, world: World, meanwhile: Meanwhile) -> None:
    meanwhile(lambda: approve(browser_of(world.alice), code(), refuse="1"))
    result = run("login", URL)
    assert result.exit_code == 3
    assert "refused in the browser" in result.stderr


def test_a_code_that_ended_is_said(run: Run, world: World, meanwhile: Meanwhile) -> None:
    meanwhile(lambda: DeviceLogin.objects.all().delete())
    result = run("login", URL)
    assert result.exit_code == 3
    assert "begin again" in result.stderr


def test_a_log_in_again_ends_the_session_of_before(
    as_alice: Run, world: World, meanwhile: Meanwhile
) -> None:
    before = CommandLineSession.objects.get()
    meanwhile(lambda: approve(browser_of(world.alice), code()))
    assert as_alice("login", "--again").exit_code == 0
    assert CommandLineSession.objects.get() != before


def test_a_logout_ends_the_session_at_the_server(as_alice: Run, book: Book) -> None:
    assert "The session is over." in as_alice("logout").stdout
    assert not CommandLineSession.objects.exists()
    assert book.servers == []


def test_a_logout_without_the_server_says_where_to_end_it(
    as_alice: Run, transport: InProcess
) -> None:
    transport.instead = [loses] * 5
    result = as_alice("logout")
    assert (result.exit_code, f"{URL}/settings/sessions" in result.stdout) == (0, True)


def test_a_session_that_was_ended_says_so(as_alice: Run) -> None:
    CommandLineSession.objects.get().session.end()
    result = as_alice("repos", "list")
    assert (result.exit_code, "waybill login" in result.stderr) == (4, True)


def test_a_token_is_still_taken(run: Run, world: World) -> None:
    secret = make_token(world.alice, api_parts=PARTS).value
    assert run("login", URL, "--token-stdin", stdin=secret).exit_code == 0
    assert "access token" in run("whoami").stdout
