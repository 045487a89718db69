"""`waybill moves`: repositories on their way between registries, for administrators."""

from __future__ import annotations

import click

from waybill import calls
from waybill.client import Waybill
from waybill.commands.completion import REGISTRY, REPOSITORY
from waybill.commands.failures import Failed
from waybill.commands.listing import limit_option
from waybill.commands.state import State, common, pass_state
from waybill.session_answers import Move
from waybill.terminal.output import Form
from waybill.terminal.progress import Progress
from waybill.terminal.table import Column
from waybill.terminal.words import ago, count, size

_EVERY = 1.0  # seconds between two looks
_STATES = click.Choice(["open", "all"])
_UNDER_WAY = {"copying", "closing"}
_MOVES = (
    Column("NUMBER", lambda one: str(one["id"]), is_number=True),
    Column("STATE", lambda one: str(one["state"])),
    Column("REPOSITORY", lambda one: str(one["repository"]), gives_way=True),
    Column("FROM", lambda one: str(one["old_registry"])),
    Column("TO", lambda one: str(one["registry"])),
    Column("COPIED", lambda one: size(one["bytes_copied"]), is_number=True, may_go=True),
    Column("ASKED", lambda one: ago(one["requested_at"]), may_go=True),
    Column("TROUBLE", lambda one: str(one["last_problem"]), gives_way=True, may_go=True),
)


@click.group()
def moves() -> None:
    """Moves of repositories between registries, for administrators."""


@moves.command("list")
@click.option(
    "--state", "wanted", type=_STATES, default="all", show_default=True, help="open: not done"
)
@click.option("--registry", default="", help="From it, or to it.")
@limit_option
@common
@pass_state
def list_(state: State, wanted: str, registry: str, limit: int | None) -> None:
    """List them, the newest first."""
    with state.session_client() as client:
        found = client.each(calls.moves.every(state=wanted, registry=registry))
        state.output.rows(_MOVES, found, limit=limit, empty="Nothing is or was moved.")


@moves.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("registry", type=REGISTRY)
@click.option("--keep", type=click.IntRange(min=0), default=7, show_default=True, metavar="DAYS")
@click.option("--no-wait", is_flag=True, help="Begin, and do not wait until it is there.")
@common
@pass_state
def start(state: State, repository: str, registry: str, keep: int, *, no_wait: bool) -> None:
    """Move a repository to another registry; the old copy is kept for some days."""
    with state.session_client() as client:
        move = client.ask(calls.moves.start(repository, registry, keep_days=keep))
        _conclude(state, client, move, waits=not no_wait)


@moves.command()
@click.argument("number", type=int)
@click.option("--wait", is_flag=True, help="Wait until it is there.")
@common
@pass_state
def show(state: State, number: int, *, wait: bool) -> None:
    """Say how far one is."""
    with state.session_client() as client:
        move = client.ask(calls.moves.one(number))
        if wait:
            _conclude(state, client, move, waits=True)
            return
    facts = {
        "Repository": move["repository"],
        "State": move["state"],
        "From": move["old_registry"],
        "To": move["registry"],
        "Copied": _copied(move),
        "Asked": ago(move["requested_at"]),
        "By": move["requested_by"] or "",
        "Old copy until": ago(move["keep_until"]),
        "Trouble": move["last_problem"],
    }
    state.output.facts(move, facts)


@moves.command()
@click.argument("number", type=int)
@common
@pass_state
def cancel(state: State, number: int) -> None:
    """Stop one before the repository is served from its new registry."""
    with state.session_client() as client:
        move = client.ask(calls.moves.cancel(number))
    state.output.done(f"{_about(move)}: {move['state']}.", move)


@moves.command()
@click.argument("number", type=int)
@common
@pass_state
def retry(state: State, number: int) -> None:
    """Try one again now, and wait until it is there."""
    with state.session_client() as client:
        _conclude(state, client, client.ask(calls.moves.retry(number)), waits=True)


def _conclude(state: State, client: Waybill, move: Move, *, waits: bool) -> None:
    """Follow a move until the repository is served from there, or nothing goes on."""
    with Progress(wanted=state.output.form is Form.PEOPLE) as progress:
        while waits and move["state"] in _UNDER_WAY and not move["last_problem"]:
            progress.show(f"{move['state']}  {_copied(move)}  {_about(move)}")
            client.sleep(_EVERY)
            move = client.ask(calls.moves.one(move["id"]))
    if move["state"] == "cancelled":
        message = f"{_about(move)} was cancelled"
        raise Failed(message)
    if waits and move["last_problem"] and move["state"] in _UNDER_WAY:
        message = f"{_about(move)} has trouble and is tried again later: {move['last_problem']}"
        raise Failed(message)
    is_there = move["state"] not in _UNDER_WAY
    rest = "is done" if is_there else f"is under way. See: waybill moves show {move['id']} --wait"
    state.output.done(f"{_about(move)} {rest}.", move)


def _about(move: Move) -> str:
    return f"{move['repository']} from {move['old_registry']} to {move['registry']}"


def _copied(move: Move) -> str:
    return f"{count(move['tags_copied'])} tags, {size(move['bytes_copied'])}"
