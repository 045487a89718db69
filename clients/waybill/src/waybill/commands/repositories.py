"""`waybill repos`: list, show, create, edit, delete and have back."""

from __future__ import annotations

import sys
from typing import Any

import click

from waybill import calls
from waybill.answers import DeletionPreview, WholeRepository
from waybill.call import Call
from waybill.client import Waybill
from waybill.commands.completion import DELETED, REPOSITORY
from waybill.commands.listing import REPOSITORIES, limit_option, yes_option
from waybill.commands.state import State, common, pass_state
from waybill.commands.trash import take_back
from waybill.terminal.asking import confirm, confirm_by_name
from waybill.terminal.words import ago, count, size

_VISIBILITIES = click.Choice(["public", "internal", "private"])
_MODES = click.Choice(["open", "read-only", "archived"])


@click.group()
def repos() -> None:
    """Repositories."""


@repos.command("list")
@click.argument("namespace", required=False)
@click.option("--visibility", type=_VISIBILITIES)
@click.option("--topic")
@limit_option
@common
@pass_state
def list_(
    state: State,
    namespace: str | None,
    visibility: str | None,
    topic: str | None,
    limit: int | None,
) -> None:
    """List repositories that you may see, or those of NAMESPACE."""
    listing = calls.repositories.every(
        namespace=namespace or "", visibility=visibility or "", topic=topic or ""
    )
    with state.client() as client:
        empty = "No repositories here that you may see."
        state.output.rows(REPOSITORIES, client.each(listing), limit=limit, empty=empty)


@repos.command()
@click.argument("name", type=REPOSITORY)
@common
@pass_state
def show(state: State, name: str) -> None:
    """Show what is known of a repository."""
    with state.client() as client:
        seen = client.see(calls.repositories.one(name))
        host = client.server.host
    one = seen.answer
    facts = {
        "Name": one["name"],
        "Description": one["description"],
        "Pull": f"docker pull {host}/{one['name']}",
        "Visibility": one["visibility"],
        "Mode": one["mode"] if one["mode"] != "open" else "",
        "Topics": ", ".join(one["topics"]),
        "Stage": one["stage"],
        "Immutable tags": ", ".join(one["immutable_tags"]),
        "Registry": one["registry"] or "",
        "Stars": count(one["star_count"]),
        "Pulls": count(one["pull_count"]),
        "Pushed": ago(one["last_pushed_at"]),
        "Created": ago(one["created_at"]),
        "You may": ", ".join(one["actions"]),
        "Page": f"{state.url}/r/{one['name']}",
    }
    state.output.facts({**one, "etag": seen.etag}, facts)


@repos.command()
@click.argument("name")
@click.option("--description", "-d", default="", help="In a sentence, 100 characters at most.")
@click.option("--visibility", type=_VISIBILITIES, default="private", show_default=True)
@common
@pass_state
def create(state: State, name: str, description: str, visibility: str) -> None:
    """Create an empty repository. A push does the same."""
    call = calls.repositories.create(name, description=description, visibility=visibility)
    with state.client(needs_login=True) as client:
        made = client.ask(call)
        host = client.server.host
    state.output.done(
        f"Created {made['name']}, {made['visibility']}. Push: docker push {host}/{made['name']}",
        made,
    )


@repos.command()
@click.argument("name", type=REPOSITORY)
@click.option("--description", "-d")
@click.option("--readme", type=click.File(), help="A file in Markdown; - is standard input.")
@click.option("--topic", "topics", multiple=True, help="Instead of those there; several times.")
@click.option("--mode", type=_MODES)
@click.option("--immutable-tag", "immutable_tags", multiple=True, help="A pattern, like v*.")
@click.option("--if-match", metavar="ETAG", help="Only what `repos show --json` gave this etag.")
@common
@pass_state
def edit(state: State, /, name: str, *, if_match: str | None, **given: Any) -> None:
    """Change what you name, and leave the rest."""
    fields = {field: value for field, value in given.items() if value not in {None, ()}}
    if not fields:
        message = "Say what to change: --description, --readme, --topic, --mode, --immutable-tag."
        raise click.UsageError(message)
    if "readme" in fields:
        fields["readme"] = fields["readme"].read()
    lists = {field: list(value) for field, value in fields.items() if isinstance(value, tuple)}
    with state.client(needs_login=True) as client:
        etag = if_match or client.see(calls.repositories.one(name)).etag
        _change(state, client, calls.repositories.change(name, if_match=etag, **fields | lists))


@repos.command()
@click.argument("name", type=REPOSITORY)
@click.argument("visibility", type=_VISIBILITIES)
@yes_option
@common
@pass_state
def visibility(state: State, name: str, visibility: str, *, yes: bool) -> None:
    """Change who may see a repository. To make it public is asked about."""
    with state.client(needs_login=True) as client:
        seen = client.see(calls.repositories.one(name))
        if visibility == "public":
            question = f"Everybody will see and pull {name}. Make it public?"
            confirm(question, what=f"Making {name} public", yes=yes)
        call = calls.repositories.change(name, if_match=seen.etag, visibility=visibility)
        _change(state, client, call)


@repos.command()
@click.argument("name", type=REPOSITORY)
@yes_option
@common
@pass_state
def delete(state: State, name: str, *, yes: bool) -> None:
    """Delete a repository with everything in it."""
    with state.client(needs_login=True) as client:
        if not yes and sys.stdin.isatty():
            told = client.ask(calls.repositories.preview_deletion(name))
            state.output.note(_what_goes(name, told))
        confirm_by_name(name, what=f"Deleting {name}", yes=yes)
        gone = client.ask(calls.repositories.remove(name))
    state.output.done(
        f"Deleted {gone['repository']}. Until {gone['purge_after'][:10]} it comes back out of the "
        f"trash: waybill repos undo {gone['repository']}",
        gone,
    )


@repos.command()
@click.argument("name", type=DELETED)
@common
@pass_state
def undo(state: State, name: str) -> None:
    """Have a deleted repository back out of the trash: waybill trash list has them."""
    take_back(state, name)


def _what_goes(name: str, told: DeletionPreview) -> str:
    """Return what goes with a repository, in a sentence."""
    numbers = {
        "tag": told["tags"],
        "star": told["stars"],
        "role": len(told["grants"]),
        "webhook": told["webhooks"],
    }
    parts = [
        f"{count(number)} {word}{'' if number == 1 else 's'}"
        for word, number in numbers.items()
        if number
    ]
    if not parts:
        return f"{name} is empty."
    return f"With {name} go {', '.join(parts)}; {size(told['freed'])} become free."


def _change(state: State, client: Waybill, call: Call[WholeRepository]) -> None:
    """Change it if it is still what was seen."""
    changed = client.ask(call)
    state.output.done(f"Changed {changed['name']}: {', '.join(sorted(call.body or {}))}.", changed)
