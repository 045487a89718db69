"""What only a browser's session opens: tokens, robots, registries and moves have pages.

A token makes no credentials and administers no site, so that a stolen one cannot make its own life
longer; this program has nothing but a token.
"""

from __future__ import annotations

import sys

import click

from waybill.commands.state import State, common, pass_state


@click.command()
@click.option("--new", is_flag=True, help="The page where one is made.")
@common
@pass_state
def tokens(state: State, *, new: bool) -> None:
    """Open the page of your access tokens.

    The server lets no token make or end tokens.
    """
    open_page(state, "settings/tokens/new" if new else "settings/tokens")


@click.command()
@click.argument("organization", required=False)
@common
@pass_state
def robots(state: State, organization: str | None) -> None:
    """Open the page of your robots, or an organization's."""
    open_page(state, f"o/{organization}/-/robots" if organization else "settings/robots")


@click.command()
@click.argument("name", required=False)
@common
@pass_state
def registries(state: State, name: str | None) -> None:
    """Open the page of registries, for administrators."""
    open_page(state, f"manage/registries/{name}" if name else "manage/registries")


@click.command()
@common
@pass_state
def moves(state: State) -> None:
    """Open the page of moves between registries."""
    open_page(state, "manage/moves")


def open_page(state: State, path: str) -> None:
    """Print the address, and open it where somebody sits."""
    page = f"{state.url}/{path}"
    click.echo(page)
    if sys.stdout.isatty():
        click.launch(page)
