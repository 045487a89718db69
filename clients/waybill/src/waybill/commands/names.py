"""`waybill rename` and `waybill transfer`: what would change is said before it does."""

from __future__ import annotations

import click

from waybill import calls
from waybill.answers import NameChange
from waybill.commands.completion import REPOSITORY
from waybill.commands.listing import limit_option, yes_option
from waybill.commands.state import State, common, pass_state
from waybill.terminal.asking import confirm_by_name
from waybill.terminal.output import wrapped
from waybill.terminal.table import Column
from waybill.terminal.words import ago, clean

_dry_run = click.option(
    "--dry-run", is_flag=True, help="Say what would change, and change nothing."
)
_OFFERS = (
    Column("REPOSITORY", lambda offer: str(offer["repository"])),
    Column("TO", lambda offer: f"{offer['namespace']}/{offer['new_name']}", gives_way=True),
    Column("OFFERED BY", lambda offer: str(offer["offered_by"])),
    Column("OFFERED", lambda offer: ago(offer["offered_at"])),
    Column("ENDS", lambda offer: ago(offer["ends_at"])),
)


@click.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("new_name")
@_dry_run
@yes_option
@common
@pass_state
def rename(state: State, repository: str, new_name: str, *, dry_run: bool, yes: bool) -> None:
    """Rename a repository within its namespace.

    The old name leads to the new one from then on.
    """
    short = new_name.rpartition("/")[2]
    with state.client(needs_login=True) as client:
        change = client.ask(calls.names.rename(repository, short, dry_run=True))
        if not _goes_on(state, change, dry_run=dry_run, yes=yes):
            return
        done = client.ask(calls.names.rename(repository, short))
    state.output.done(f"{done['old_name']} is {done['new_name']} now.", done)


@click.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("namespace")
@click.option("--as", "new_name", default="", help="Its name there, if not the same.")
@_dry_run
@yes_option
@common
@pass_state
def transfer(
    state: State, *, repository: str, namespace: str, new_name: str, dry_run: bool, yes: bool
) -> None:
    """Give a repository to another namespace, or offer it.

    Where NAMESPACE is not yours, somebody who owns it has to take it.
    """
    with state.client(needs_login=True) as client:
        plan = calls.names.transfer(repository, namespace, new_name=new_name, dry_run=True)
        if not _goes_on(state, client.ask(plan), dry_run=dry_run, yes=yes):
            return
        done = client.ask(calls.names.transfer(repository, namespace, new_name=new_name))
    said = "is" if done["done"] else "is offered, and somebody there has to take it, as"
    state.output.done(f"{done['old_name']} {said} {done['new_name']}.", done)


@click.command()
@limit_option
@common
@pass_state
def transfers(state: State, limit: int | None) -> None:
    """List what is offered to you; it is taken in the browser."""
    with state.client(needs_login=True) as client:
        offers = client.each(calls.names.offers())
        state.output.rows(_OFFERS, offers, limit=limit, empty="Nothing is offered to you.")


def _goes_on(state: State, change: NameChange, *, dry_run: bool, yes: bool) -> bool:
    """Say what changes, and ask; a dry run ends there."""
    if dry_run:
        state.output.done(f"{change['old_name']} would become {change['new_name']}.", change)
    if state.output.form is state.output.form.PEOPLE and (dry_run or not yes):
        for word, sentences in (("stays", change["stays"]), ("goes", change["goes"])):
            for sentence in sentences:
                told = wrapped(clean(sentence), indent=10)
                click.echo(f"  {word:<6}  {told}", err=not dry_run)
    if dry_run:
        return False
    what = f"Calling {change['old_name']} {change['new_name']}"
    confirm_by_name(change["old_name"], what=what, yes=yes)
    return True
