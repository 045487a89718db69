"""A session by a browser: show a code, wait until somebody approves it there (RFC 8628)."""

from __future__ import annotations

import os
import platform
import sys
import time
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import click

from waybill import calls
from waybill.call import Call
from waybill.client import Bearer, Waybill
from waybill.commands.failures import Exit, Failure
from waybill.errors import Forbidden, Invalid, NotLoggedIn, ServerAway, WaybillError
from waybill.logins.book import DOCKER, Login
from waybill.logins.stores import PlainFile
from waybill.session_answers import CommandLineSession, DeviceLogin
from waybill.terminal.output import strong, wrapped
from waybill.terminal.words import clean

if TYPE_CHECKING:
    from waybill.commands.state import State

T = TypeVar("T")

_SLOWER = 5  # seconds more between two polls, each time the server asks for it
_ENDS = {
    "access-denied": (Exit.REFUSED, "the log-in was refused in the browser"),
    "expired-token": (Exit.REFUSED, "nobody approved it in time: begin again"),
}


class Terminal(Waybill):
    """The client of a command: where the server asks once more who is there, somebody may prove it."""

    state: State

    def ask(self, call: Call[T]) -> T:
        """Send a call, and once more after a proof: what was refused for one has changed nothing."""
        try:
            return super().ask(call)
        except Forbidden as error:
            if error.code != "confirmation-needed" or not _wants_to_prove():
                raise
        former = self.state.login
        made = log_in_by_browser(self.state, self.server.url, opens=True)
        if former and made.username != former.username:
            message = f"{made.username} approved it, and this was begun by {former.username}"
            raise Failure(
                message, Exit.REFUSED, f"You are {made.username} now: see if it is meant."
            )
        self._auth = Bearer(made.secret)
        return super().ask(call)


def log_in_by_browser(state: State, url: str, *, opens: bool) -> Login:
    """Get a session, keep it in the place of what was kept, and return it."""
    with Waybill(url, adapter=state.adapter) as client:
        asked = client.ask(calls.command_line.begin(machine=clean(platform.node())[:80]))
        _show(asked, opens=opens)
        got = _wait(client, asked)
    login = Login(url, got["username"], got["secret"])
    former = state.book.find(url)
    keep(state, login)
    if former and former.is_session:
        end(state, former)
    return login


def keep(state: State, login: Login) -> None:
    """Keep a log-in where this machine keeps secrets best, and say so if that is a file."""
    kept_in = state.book.keep(login)
    state.book.forget(login.url, DOCKER)  # docker goes by this log-in as well from now on
    if kept_in == PlainFile.name:
        path = state.book.folder / "tokens.json"
        state.output.note(
            f"There is no keyring here, so the secret lies in {path}, which your account alone can "
            "read. Whoever gets at your files has it; after pip install keyring it is kept better."
        )


def end(state: State, login: Login) -> bool:
    """End a session at the server; return whether it is over there."""
    try:
        with Waybill(login.url, token=login.secret, adapter=state.adapter) as client:
            client.ask(calls.command_line.end())
    except NotLoggedIn:  # it was over already
        return True
    except WaybillError:
        return False
    return True


def _wants_to_prove() -> bool:
    """Ask whoever sits there; a script is told by the error what to do."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    question = "The server wants to know once more that it is you. Approve it in the browser?"
    return click.confirm(question, default=True, err=True)


def _show(asked: DeviceLogin, *, opens: bool) -> None:
    """Say where and what; open the page where somebody sits at this very machine."""
    page = clean(asked["verification_uri_complete"])
    click.echo(wrapped("To log in, open this page and approve what it shows:"), err=True)
    click.echo(f"\n  {page}\n", err=True)
    click.echo(f"  {strong(clean(asked['user_code']))}\n", err=True)
    click.echo(
        wrapped(
            "Approve only if it shows this very code. On another device open "
            f"{clean(asked['verification_uri'])} and type it."
        ),
        err=True,
    )
    if opens and _has_browser() and urlsplit(page).scheme in {"http", "https"}:
        click.launch(page)


def _has_browser() -> bool:
    """Whether somebody sits here, before windows: a browser in the terminal would take its place."""
    has_windows = sys.platform in {"darwin", "win32"} or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    return sys.stderr.isatty() and has_windows


def _wait(client: Waybill, asked: DeviceLogin) -> CommandLineSession:
    """Ask until somebody has answered."""
    interval, until = float(asked["interval"]), time.monotonic() + asked["expires_in"]
    while time.monotonic() < until:
        client.sleep(interval)
        try:
            return client.ask(calls.command_line.fetch(asked["device_code"]))
        except Invalid as error:
            interval += _more_after(error)
        except ServerAway:
            interval += _SLOWER
    code, sentence = _ENDS["expired-token"]
    raise Failure(sentence, code)


def _more_after(error: Invalid) -> int:
    """Return by how much longer to wait from now on; raise if there is nothing to wait for."""
    if error.code in _ENDS:
        code, sentence = _ENDS[error.code]
        raise Failure(sentence, code) from error
    if error.code not in {"authorization-pending", "slow-down"}:
        raise error
    return _SLOWER if error.code == "slow-down" else 0
