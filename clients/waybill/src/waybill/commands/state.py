"""What every command knows: which server, whose token, and how to print."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click
from requests.adapters import BaseAdapter

from waybill.client import Waybill
from waybill.commands.browser import Terminal
from waybill.commands.failures import Exit, Failure, NoLogin
from waybill.logins.book import Book, Login
from waybill.retries import Retries
from waybill.terminal.output import Form, Output
from waybill.wire import Server

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass
class State:
    """Made anew for each command; tests bring an adapter."""

    book: Book = field(default_factory=Book)
    output: Output = field(default_factory=Output)
    server: str = ""
    adapter: BaseAdapter | None = None

    @property
    def url(self) -> str:
        """The server that is meant: by --server or WAYBILL_SERVER, or the one logged in to."""
        named = self.server or os.environ.get("WAYBILL_SERVER", "") or self.book.default
        if not named:
            message = "no server is named: by a log-in, --server or WAYBILL_SERVER"
            raise NoLogin(message)
        return self.address_of(named)

    def address_of(self, named: str) -> str:
        """Return the address of a server; a host alone means the log-in there, else https."""
        known = self.book.of_host(named) if "://" not in named else ""
        return known or Server(named).url

    @property
    def login(self) -> Login | None:
        """Whose token it is; `WAYBILL_TOKEN` comes before every log-in."""
        if token := os.environ.get("WAYBILL_TOKEN", ""):
            return Login(self.url, "", token)
        return self.book.find(self.url)

    def session_client(self) -> Waybill:
        """Return a client for what no token opens; raise Failure where one is logged in by a token."""
        login = self.login
        if login and not login.is_session:
            message = "an access token does not open this, a session does"
            raise Failure(message, Exit.REFUSED, f"Log in by a browser: waybill login {self.url}")
        return self.client(needs_login=True)

    def client(self, *, needs_login: bool = False, patient: bool = True) -> Waybill:
        """Return a client; raise NoLogin where it must be somebody's and is not."""
        login = self.login
        if login is None and needs_login:
            message = f"you are not logged in to {self.url}"
            raise NoLogin(message)
        retries = Retries() if patient else Retries(most=0)
        timeout = (5.0, 30.0) if patient else (1.0, 2.0)
        client = Terminal(
            self.url,
            token=login.secret if login else "",
            retries=retries,
            timeout=timeout,
            adapter=self.adapter,
        )
        client.state = self
        return client


pass_state = click.make_pass_decorator(State, ensure=True)


def state_of(context: click.Context) -> State:
    """Return the state of a command; completions have none yet."""
    return context.ensure_object(State)


def common(command: _F) -> _F:
    """Add what every command takes: --server, --json, --quiet."""
    options = (
        click.option(
            *("--server", "-s", "chosen_server"),
            metavar="URL",
            expose_value=False,
            callback=_choose_server,
            help="The server, if not the one you logged in to first.",
        ),
        click.option(
            "--json",
            is_flag=True,
            expose_value=False,
            callback=_choose(Form.JSON),
            help="For programs: JSON; of lists one line for each.",
        ),
        click.option(
            *("--quiet", "-q"),
            is_flag=True,
            expose_value=False,
            callback=_choose(Form.QUIET),
            help="Names alone, or nothing.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _choose_server(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value:
        state_of(context).server = value


def _choose(form: Form) -> Callable[[click.Context, click.Parameter, bool], None]:
    def choose(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001
        if value:
            state_of(context).output.form = form

    return choose
