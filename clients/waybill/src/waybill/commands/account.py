"""Logging in, logging out, and who one is."""

from __future__ import annotations

import sys

import click

from waybill import calls
from waybill.client import Waybill
from waybill.commands.failures import Exit, Failure
from waybill.commands.state import State, common, pass_state
from waybill.errors import Forbidden, NotLoggedIn
from waybill.logins.book import DOCKER, Login
from waybill.logins.stores import PlainFile
from waybill.terminal.output import wrapped
from waybill.terminal.words import ago

_BEGINNINGS = ("wbp_", "wbs_")
_PARTS = "profile:read, repositories:write and organizations:read"


@click.command()
@click.argument("server", required=False)
@click.option("--username", "-u", help="Needed where the token does not open your profile.")
@click.option("--token-stdin", is_flag=True, help="Read the token from standard input.")
@common
@pass_state
def login(state: State, server: str | None, username: str | None, *, token_stdin: bool) -> None:
    """Log in with an access token.

    It is kept in the system's keyring, else by docker's credential store, else in a file. Without
    SERVER it is the one you log in to by default.
    """
    state.server = server or state.server
    url = state.url
    token = sys.stdin.readline().strip() if token_stdin else _ask_for_token(url)
    if not token.startswith(_BEGINNINGS):
        message = "that is no access token: they begin with wbp_ (those of robots with wbs_)"
        raise Failure(message, Exit.USAGE)
    name = _owner(Waybill(url, token=token, adapter=state.adapter), username)
    kept_in = state.book.keep(Login(url, name, token))
    state.book.forget(url, DOCKER)  # docker goes by this log-in as well from now on
    if kept_in == PlainFile.name:
        path = state.book.folder / "tokens.json"
        state.output.note(
            f"There is no keyring here, so the token lies in {path}, which your account alone can "
            "read. Whoever gets at your files has it; after pip install keyring it is kept better."
        )
    state.output.done(f"Logged in to {url} as {name}.", {"server": url, "username": name})


def _ask_for_token(url: str) -> str:
    """Lead somebody to the page where tokens are made, and take what they paste."""
    if not sys.stdin.isatty():
        message = "nobody is here to ask: echo TOKEN | waybill login SERVER --token-stdin"
        raise Failure(message, Exit.USAGE)
    page = f"{url}/settings/tokens/new"
    click.echo(f"You need an access token: {page}", err=True)
    click.echo(wrapped(f"Let it open these parts of the API: {_PARTS}."), err=True)
    if click.confirm("Open that page in your browser?", default=True, err=True):
        click.launch(page)
    token: str = click.prompt("Paste the token (it is not shown)", hide_input=True, err=True)
    return token.strip()


def _owner(client: Waybill, username: str | None) -> str:
    """Return whose token it is; raise if the server does not take it."""
    try:
        return client.ask(calls.people.whoami())["username"]
    except NotLoggedIn as error:
        message = f"the server does not take this token: {error}"
        raise Failure(message, Exit.NOT_LOGGED_IN) from error
    except Forbidden:  # it is one, and does not open the profile: docker wants a name beside it
        if username:
            return username
    if not sys.stdin.isatty():
        message = "the token does not open your profile: say whose it is with --username"
        raise Failure(message, Exit.USAGE)
    name: str = click.prompt("Your user name there, which docker needs", err=True)
    return name


@click.command()
@click.argument("server", required=False)
@common
@pass_state
def logout(state: State, server: str | None) -> None:
    """Forget the token here; it stays good until you revoke it."""
    state.server = server or state.server
    url = state.url
    state.book.forget(url, DOCKER)
    if not state.book.forget(url):
        message = f"you are not logged in to {url}"
        raise Failure(message, Exit.NOT_LOGGED_IN)
    state.output.done(
        f"Logged out of {url}. The token itself stays good: {url}/settings/tokens revokes it."
    )


@click.command()
@common
@pass_state
def whoami(state: State) -> None:
    """Say whose token is in use, and at which server."""
    with state.client(needs_login=True) as client:
        account = client.ask(calls.people.whoami())
    facts = {
        "Name": account["username"],
        "Server": state.url,
        "Shown as": account["display_name"],
        "Address": account["email"],
        "Joined": ago(account["date_joined"]),
    }
    state.output.facts({**account, "server": state.url}, facts)
