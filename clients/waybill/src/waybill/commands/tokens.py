"""`waybill tokens`: one's own access tokens."""

from __future__ import annotations

from typing import Any

import click

from waybill import calls
from waybill.client import Waybill
from waybill.commands.completion import TOKEN
from waybill.commands.failures import Exit, Failure
from waybill.commands.listing import limit_option, yes_option
from waybill.commands.secrets import expires_option, show_once, until
from waybill.commands.state import State, common, pass_state
from waybill.session_answers import Token
from waybill.terminal.asking import confirm
from waybill.terminal.table import Column
from waybill.terminal.words import ago

_PARTS = click.Choice(
    [
        "profile:read",
        "repositories:read",
        "repositories:write",
        "organizations:read",
        "organizations:write",
    ]
)
_TOKENS = (
    Column("BEGINS WITH", lambda one: str(one["begins_with"])),
    Column("NAME", lambda one: str(one["name"]), gives_way=True),
    Column("REPOSITORIES", lambda one: ", ".join(one["repositories"]), gives_way=True),
    Column("MAY", lambda one: ", ".join(one["actions"]), may_go=True),
    Column("API", lambda one: ", ".join(one["api_parts"]), may_go=True, gives_way=True),
    Column("EXPIRES", lambda one: ago(one["expires_at"])),
    Column("USED", lambda one: ago(one["last_used_at"]), may_go=True),
)


@click.group()
def tokens() -> None:
    """Your access tokens: what programs log in with."""


@tokens.command("list")
@limit_option
@common
@pass_state
def list_(state: State, limit: int | None) -> None:
    """List those in use, the newest first."""
    with state.session_client() as client:
        found = client.each(calls.tokens.every())
        state.output.rows(_TOKENS, found, limit=limit, empty="You have no access token.")


@tokens.command()
@click.argument("name")
@click.argument("repositories", metavar="REPOSITORY...", nargs=-1, required=True)
@click.option("--push", is_flag=True, help="It may push as well.")
@click.option("--delete", is_flag=True, help="It may push and delete.")
@click.option("--api", "api_parts", type=_PARTS, multiple=True, help="A part of the API it opens.")
@click.option("--network", "networks", multiple=True, help="Where it may be used from, in CIDR.")
@expires_option
@common
@pass_state
def create(state: State, /, name: str, repositories: tuple[str, ...], **given: Any) -> None:
    """Make one, and show its secret.

    Repositories are names or patterns: acme/app, acme/*, or * for all that you may. Like:
    waybill tokens create laptop 'acme/*' --push
    """
    actions = ["push", "delete"] if given["delete"] else ["push"] if given["push"] else []
    call = calls.tokens.create(
        name,
        repositories,
        expires_at=until(given["expires"]),
        actions=actions,
        api_parts=given["api_parts"],
        networks=given["networks"],
    )
    with state.session_client() as client:
        made = client.ask(call)
    show_once(state, made, about=f"Made the access token {made['token']['name']}.")


@tokens.command()
@click.argument("token", type=TOKEN)
@common
@pass_state
def rotate(state: State, token: str) -> None:
    """Put a new secret in the place of one; the old one ends at once."""
    with state.session_client() as client:
        made = client.ask(calls.tokens.rotate(_found(client, token)["id"]))
    show_once(state, made, about=f"Made {made['token']['name']} anew.")


@tokens.command()
@click.argument("token", type=TOKEN)
@yes_option
@common
@pass_state
def revoke(state: State, token: str, *, yes: bool) -> None:
    """End one at once: by its name, or by what it begins with."""
    with state.session_client() as client:
        one = _found(client, token)
        called = f"{one['name']} ({one['begins_with']})"
        confirm(f"End {called} for good?", what=f"Revoking {called}", yes=yes)
        client.ask(calls.tokens.revoke(one["id"]))
    state.output.done(f"Revoked {called}: nobody can use it any more.", one)


def _found(client: Waybill, named: str) -> Token:
    """Return the token that somebody means; raise Failure where it is none, or several."""
    wanted = [
        one
        for one in client.each(calls.tokens.every())
        if named in {one["name"], one["begins_with"], str(one["id"])}
    ]
    if len(wanted) == 1:
        return wanted[0]
    many = ", ".join(one["begins_with"] for one in wanted)
    message = f"several tokens are called {named}: {many}" if many else f"you have no token {named}"
    raise Failure(message, Exit.REFUSED, "Which there are: waybill tokens list")
