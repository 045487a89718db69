"""`waybill trash`: deleted repositories, and the way back."""

from __future__ import annotations

import click

from waybill import calls
from waybill.commands.completion import DELETED
from waybill.commands.failures import Exit, Failure
from waybill.commands.listing import limit_option
from waybill.commands.state import State, common, pass_state
from waybill.terminal.table import Column
from waybill.terminal.words import ago

_TRASH = (
    Column("NAME", lambda one: str(one["repository"])),
    Column("DELETED", lambda one: ago(one["requested_at"])),
    Column("BY", lambda one: str(one["requested_by"]), may_go=True),
    Column("GOES FOR GOOD", lambda one: ago(one["purge_after"])),
)


@click.group()
def trash() -> None:
    """Deleted repositories that come back until they go for good."""


@trash.command("list")
@limit_option
@common
@pass_state
def list_(state: State, limit: int | None) -> None:
    """List those that you may have back, the last one first."""
    with state.session_client() as client:
        found = client.each(calls.trash.every())
        state.output.rows(_TRASH, found, limit=limit, empty="The trash is empty.")


@trash.command("undo")
@click.argument("repository", type=DELETED)
@common
@pass_state
def undo(state: State, repository: str) -> None:
    """Have a repository back, exactly as it was."""
    take_back(state, repository)


def take_back(state: State, repository: str) -> None:
    """Have the last deleted one of this name back."""
    with state.session_client() as client:
        lying = client.each(calls.trash.every())
        found = next((one for one in lying if one["repository"] == repository), None)
        if found is None:
            message = f"{repository} is not in the trash, or you may not have it back"
            raise Failure(message, Exit.REFUSED, "What lies there: waybill trash list")
        client.ask(calls.trash.undo(found["id"]))
    state.output.done(f"{repository} is back.", found)
