"""`waybill tags`: list, history, point back and delete."""

from __future__ import annotations

from typing import Any

import click

from waybill import calls
from waybill.commands.completion import REPOSITORY
from waybill.commands.failures import Exit, Failure
from waybill.commands.listing import limit_option, yes_option
from waybill.commands.state import State, common, pass_state
from waybill.terminal.asking import confirm_by_name
from waybill.terminal.table import Column
from waybill.terminal.words import ago, count, digest, size

_ORDERS = click.Choice(["newest", "oldest", "name", "version", "size", "pulls"])


def _platforms(tag: Any) -> str:
    return ", ".join(one["platform"] for one in tag["platforms"] if one["platform"])


_TAGS = (
    Column("TAG", lambda tag: str(tag["name"])),
    Column("DIGEST", lambda tag: digest(tag["digest"])),
    Column("PLATFORMS", _platforms, gives_way=True),
    Column("SIZE", lambda tag: size(tag["size"]), is_number=True),
    Column("PUSHED", lambda tag: ago(tag["pushed_at"])),
    Column("BY", lambda tag: str(tag["pushed_by"]), may_go=True),
    Column("PULLS", lambda tag: count(tag["pull_count"]), is_number=True, may_go=True),
)
_HISTORY = (
    Column("WHEN", lambda change: ago(change["at"])),
    Column("WHAT", lambda change: str(change["kind"])),
    Column("DIGEST", lambda change: str(change["digest"])),
    Column("BY", lambda change: str(change["actor"]), gives_way=True),
    Column("NOW", lambda change: "here" if change["is_current"] else ""),
)
_VERDICTS = (
    Column("TAG", lambda verdict: str(verdict["name"])),
    Column("DIGEST", lambda verdict: digest(verdict["digest"])),
    Column(
        "WHAT BECOMES OF IT",
        lambda verdict: str(verdict["refusal"] or verdict["image_words"]),
        gives_way=True,
    ),
)


@click.group()
def tags() -> None:
    """Tags of a repository."""


@tags.command("list")
@click.argument("repository", type=REPOSITORY)
@click.argument("containing", required=False)
@click.option("--sort", type=_ORDERS, default="newest", show_default=True)
@limit_option
@common
@pass_state
def list_(
    state: State, repository: str, containing: str | None, sort: str, limit: int | None
) -> None:
    """List tags; only those with CONTAINING in their name, or of that digest."""
    listing = calls.tags.every(repository, containing=containing or "", sort=sort)
    with state.client() as client:
        state.output.rows(_TAGS, client.each(listing), limit=limit, empty="No tags here.")


@tags.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("tag")
@limit_option
@common
@pass_state
def history(state: State, repository: str, tag: str, limit: int | None) -> None:
    """Show what a tag pointed to."""
    with state.client() as client:
        changes = client.each(calls.tags.history(repository, tag))
        state.output.rows(_HISTORY, changes, limit=limit, empty="Nothing is known of this tag.")


@tags.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("tag")
@common
@pass_state
def undo(state: State, repository: str, tag: str) -> None:
    """Have a deleted tag back, while its image is there."""
    with state.client(needs_login=True) as client:
        deleted = client.each(calls.tags.deleted(repository))
        found = next((one for one in deleted if one["tag"] == tag), None)
        if found is None:
            message = f"no tag {tag} of {repository} was deleted of late"
            raise Failure(message, Exit.REFUSED)
        client.ask(calls.tags.undelete(repository, found["id"]))
    state.output.done(f"{repository}:{tag} comes back.", found)


@tags.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("tag")
@click.argument("digest")
@common
@pass_state
def restore(state: State, repository: str, tag: str, digest: str) -> None:
    """Let a tag point to DIGEST again, one of its history."""
    with state.client(needs_login=True) as client:
        done = client.ask(calls.tags.restore(repository, tag, digest=digest))
    state.output.done(f"{repository}:{done['name']} points to {done['digest']} again.", done)


@tags.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("names", nargs=-1, required=True, metavar="TAG...")
@click.option("--dry-run", is_flag=True, help="Say what would become of them.")
@yes_option
@common
@pass_state
def delete(
    state: State, repository: str, names: tuple[str, ...], *, dry_run: bool, yes: bool
) -> None:
    """Delete tags, and images that no other tag has."""
    with state.client(needs_login=True) as client:
        if not dry_run:
            what = f"Deleting {len(names)} {'tag' if len(names) == 1 else 'tags'} of {repository}"
            confirm_by_name(repository, what=what, yes=yes)
        verdicts = client.ask(calls.tags.remove(repository, names, dry_run=dry_run))
    state.output.rows(_VERDICTS, verdicts, limit=0, empty="No such tags.")
