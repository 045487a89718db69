"""`waybill stars` and `waybill watches`."""

from __future__ import annotations

import click

from waybill import calls
from waybill.commands.completion import REPOSITORY
from waybill.commands.listing import REPOSITORIES, limit_option
from waybill.commands.state import State, common, pass_state


@click.group()
def stars() -> None:
    """Repositories that you like."""


@click.group()
def watches() -> None:
    """Repositories that you hear about."""


@stars.command("list")
@limit_option
@common
@pass_state
def list_stars(state: State, limit: int | None) -> None:
    """List those that you starred."""
    with state.client(needs_login=True) as client:
        found = client.each(calls.repositories.starred())
        state.output.rows(REPOSITORIES, found, limit=limit, empty="You starred nothing yet.")


@watches.command("list")
@limit_option
@common
@pass_state
def list_watches(state: State, limit: int | None) -> None:
    """List those that you watch."""
    with state.client(needs_login=True) as client:
        found = client.each(calls.repositories.watched())
        state.output.rows(REPOSITORIES, found, limit=limit, empty="You watch nothing yet.")


@stars.command("add")
@click.argument("name", type=REPOSITORY)
@common
@pass_state
def star(state: State, name: str) -> None:
    """Star a repository."""
    with state.client(needs_login=True) as client:
        client.ask(calls.repositories.star(name))
    state.output.done(f"You starred {name}.")


@stars.command("remove")
@click.argument("name", type=REPOSITORY)
@common
@pass_state
def unstar(state: State, name: str) -> None:
    """Take a star back."""
    with state.client(needs_login=True) as client:
        client.ask(calls.repositories.unstar(name))
    state.output.done(f"You took your star of {name} back.")


@watches.command("add")
@click.argument("name", type=REPOSITORY)
@common
@pass_state
def watch(state: State, name: str) -> None:
    """Watch a repository."""
    with state.client(needs_login=True) as client:
        client.ask(calls.repositories.watch(name))
    state.output.done(f"You watch {name}.")


@watches.command("remove")
@click.argument("name", type=REPOSITORY)
@common
@pass_state
def unwatch(state: State, name: str) -> None:
    """Watch a repository no more."""
    with state.client(needs_login=True) as client:
        client.ask(calls.repositories.unwatch(name))
    state.output.done(f"You do not watch {name} any more.")
