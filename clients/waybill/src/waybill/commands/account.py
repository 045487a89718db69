"""Logging in, logging out, and who one is."""

from __future__ import annotations

import sys

import click

from waybill import calls
from waybill.client import Waybill
from waybill.commands.browser import end, keep, log_in_by_browser
from waybill.commands.failures import Exit, Failure
from waybill.commands.state import State, common, pass_state
from waybill.errors import Forbidden, NotLoggedIn
from waybill.logins.book import DOCKER, Login
from waybill.terminal.output import wrapped
from waybill.terminal.words import ago

_BEGINNINGS = ("wbp_", "wbs_")
_PARTS = "profile:read, repositories:write and organizations:read"


@click.command()
@click.argument("server", required=False)
@click.option("--again", is_flag=True, help="Prove anew that it is you, at the server in use.")
@click.option("--no-browser", "by", flag_value="code", help="Show address and code, open nothing.")
@click.option("--token", "by", flag_value="paste", help="Paste an access token instead.")
@click.option("--token-stdin", "by", flag_value="pipe", help="Read one from standard input.")
@click.option("--username", "-u", help="Needed where a token does not open your profile.")
@common
@pass_state
def login(
    state: State, server: str | None, username: str | None, by: str | None, *, again: bool
) -> None:
    """Log in by a browser, or with an access token.

    In the browser you approve a session of this command line: it may do what you may, and ends as a
    browser's does. An access token does less: it makes no tokens and robots and administers nothing.
    What you log in with is kept in the system's keyring, else by docker's credential store, else in
    a file. Without SERVER it is the one you log in to by default.
    """
    state.server = server or state.server
    url = state.url
    if again and state.book.find(url) is None:
        message = f"you are not logged in to {url}"
        raise Failure(message, Exit.NOT_LOGGED_IN)
    if by in {"paste", "pipe"}:
        made = _log_in_by_token(state, url, username, is_piped=by == "pipe")
    else:
        made = log_in_by_browser(state, url, opens=by is None)
    sentence = f"Logged in to {url} as {made.username}."
    state.output.done(sentence, {"server": url, "username": made.username})


def _log_in_by_token(state: State, url: str, username: str | None, *, is_piped: bool) -> Login:
    secret = sys.stdin.readline().strip() if is_piped else _ask_for_token(url)
    if not secret.startswith(_BEGINNINGS):
        message = "that is no access token: they begin with wbp_ (those of robots with wbs_)"
        raise Failure(message, Exit.USAGE)
    name = _owner(Waybill(url, token=secret, adapter=state.adapter), username)
    made = Login(url, name, secret)
    keep(state, made)
    return made


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
    """End the session, or forget the token: that stays good until you revoke it."""
    state.server = server or state.server
    url = state.url
    former = state.book.find(url)
    state.book.forget(url, DOCKER)
    if not state.book.forget(url):
        message = f"you are not logged in to {url}"
        raise Failure(message, Exit.NOT_LOGGED_IN)
    if former is None or not former.is_session:
        rest = f"The token itself stays good: {url}/settings/tokens revokes it."
    elif end(state, former):
        rest = "The session is over."
    else:
        rest = f"The server did not hear of it: end the session at {url}/settings/sessions."
    state.output.done(f"Logged out of {url}. {rest}")


@click.command()
@common
@pass_state
def whoami(state: State) -> None:
    """Say as whom you are logged in, by what, and at which server."""
    with state.client(needs_login=True) as client:
        account = client.ask(calls.people.whoami())
    facts = {
        "Name": account["username"],
        "Server": state.url,
        "By": _way(state),
        "Shown as": account["display_name"],
        "Address": account["email"],
        "Joined": ago(account["date_joined"]),
    }
    state.output.facts({**account, "server": state.url}, facts)


def _way(state: State) -> str:
    """Return what one is logged in by."""
    login = state.login
    return "session, approved in a browser" if login and login.is_session else "access token"
