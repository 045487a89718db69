"""`waybill registries`: what keeps the images, for administrators."""

from __future__ import annotations

from typing import Any

import click

from waybill import calls
from waybill.client import Waybill
from waybill.commands.completion import REGISTRY
from waybill.commands.failures import Failed
from waybill.commands.listing import limit_option
from waybill.commands.state import State, common, pass_state
from waybill.session_answers import Registry, Walk
from waybill.terminal.output import Form
from waybill.terminal.progress import Progress
from waybill.terminal.table import Column
from waybill.terminal.words import ago, count, size

_EVERY = 1.0  # seconds between two looks
_STAGES = click.Choice(["sandbox", "integration", "release"])
_WRITERS = click.Choice(["anyone", "builders", "promotion"])


def _health(registry: Registry) -> str:
    return {True: "good", False: "bad", None: "unknown"}[registry["is_healthy"]]


_REGISTRIES = (
    Column("NAME", lambda one: str(one["name"])),
    Column("STATE", lambda one: str(one["state"])),
    Column("HEALTH", _health),
    Column("REPOSITORIES", lambda one: count(one["repositories"]), is_number=True),
    Column("SIZE", lambda one: size(one["size"]), is_number=True),
    Column("STAGE", lambda one: str(one["stage"]), may_go=True),
    Column("HEARD", lambda one: ago(one["last_heard_at"]), may_go=True),
    Column("ADDRESS", lambda one: str(one["upstream_url"]), gives_way=True),
)
_FINDINGS = (
    Column("CHECK", lambda one: str(one["check"])),
    Column("VERDICT", lambda one: str(one["verdict"])),
    Column("FOUND", lambda one: str(one["words"]), gives_way=True),
)


@click.group()
def registries() -> None:
    """Registries that keep the images, for administrators."""


@registries.command("list")
@limit_option
@common
@pass_state
def list_(state: State, limit: int | None) -> None:
    """List them."""
    with state.session_client() as client:
        found = client.each(calls.registries.every())
        state.output.rows(_REGISTRIES, found, limit=limit, empty="There is no registry yet.")


@registries.command()
@click.argument("name", type=REGISTRY)
@common
@pass_state
def show(state: State, name: str) -> None:
    """Say everything of one."""
    with state.session_client() as client:
        one = client.ask(calls.registries.one(name))
    facts = {
        "Name": one["name"],
        "State": one["state"],
        "Health": _health(one),
        "Address": one["upstream_url"],
        "Service": one["service"],
        "Stage": one["stage"],
        "Writers": one["writers"],
        "Description": one["description"],
        "Repositories": count(one["repositories"]),
        "Tags": count(one["tags"]),
        "Size": size(one["size"]),
        "Heard": ago(one["last_heard_at"]),
        "Page": f"{state.url}/manage/registries/{one['name']}",
    }
    state.output.facts(one, facts)


@registries.command()
@click.argument("name")
@click.argument("address")
@click.option("--service", help="What its tokens are for; the name of the site if not said.")
@click.option("--stage", type=_STAGES)
@click.option("--writers", type=_WRITERS)
@click.option("--description", "-d")
@common
@pass_state
def add(state: State, /, name: str, address: str, **given: str | None) -> None:
    """Add one, and show the secret of its notifications, once."""
    fields: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    with state.session_client() as client:
        made = client.ask(calls.registries.add(name, address, **fields))
    page = f"{state.url}/manage/registries/{name}/configuration"
    state.output.note(
        f"Added {name}. The secret of its notifications is shown now and never again:"
    )
    state.output.line(made["events_secret"], made)
    state.output.note(f"What to put into its configuration: {page}")


@registries.command()
@click.argument("name", type=REGISTRY)
@common
@pass_state
def test(state: State, name: str) -> None:
    """Look at one now; ends with 7 if something is bad."""
    with state.session_client() as client:
        check = client.ask(calls.registries.test(name))
    if state.output.form is Form.JSON:
        state.output.line("", check)
    else:
        state.output.rows(_FINDINGS, check["findings"], limit=0, empty="Nothing was looked at.")
    if not check["is_healthy"]:
        message = f"{name} is not well"
        raise Failed(message)


@registries.command()
@click.argument("name", type=REGISTRY)
@click.option("--no-wait", is_flag=True, help="Begin, and do not wait until it has seen all.")
@common
@pass_state
def reconcile(state: State, name: str, *, no_wait: bool) -> None:
    """Walk through one and compare it with what is known here; differences are taken in on the page."""
    with state.session_client() as client:
        walk = client.ask(calls.registries.walk(name))
        with Progress(wanted=state.output.form is Form.PEOPLE) as progress:
            while not (no_wait or walk["finished_at"] or walk["last_problem"]):
                progress.show(f"{walk['phase']}  {_seen(walk)}  {name}")
                client.sleep(_EVERY)
                walk = _again(client, name, walk)
    if walk["last_problem"]:
        message = f"the walk has trouble and is tried again later: {walk['last_problem']}"
        raise Failed(message)
    page = f"{state.url}/manage/registries/{name}"
    how = f"has seen {_seen(walk)}" if walk["finished_at"] else "is under way"
    state.output.done(f"The walk through {name} {how}. What differs: {page}", walk)


def _again(client: Waybill, name: str, walk: Walk) -> Walk:
    """Return how far the walk is by now."""
    newer = client.each(calls.registries.walks(name))
    return next((one for one in newer if one["id"] == walk["id"]), walk)


def _seen(walk: Walk) -> str:
    return f"{count(walk['repositories_seen'])} repositories, {count(walk['tags_seen'])} tags"
