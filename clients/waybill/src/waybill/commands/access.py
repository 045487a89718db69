"""`waybill grants` and `waybill explain`: who may do what, and why."""

from __future__ import annotations

from datetime import datetime

import click

from waybill import calls
from waybill.answers import Why
from waybill.commands.completion import REPOSITORY
from waybill.commands.listing import limit_option, yes_option
from waybill.commands.state import State, common, pass_state
from waybill.terminal.asking import confirm
from waybill.terminal.output import coloured, strong, wrapped
from waybill.terminal.table import Column
from waybill.terminal.words import ago, clean

_ROLES = click.Choice(["reader", "writer", "admin"])
_KINDS = click.Choice(["user", "team", "robot"])
_INDENT = 15  # where sentences begin
_GRANTS = (
    Column("WHO", lambda grant: str(grant["grantee"])),
    Column("KIND", lambda grant: str(grant["kind"])),
    Column("ROLE", lambda grant: str(grant["role"])),
    Column("UNTIL", lambda grant: ago(grant["until"])),
    Column("GIVEN", lambda grant: ago(grant["created_at"])),
    Column("BY", lambda grant: str(grant["granted_by"] or ""), gives_way=True),
)


@click.group()
def grants() -> None:
    """Roles that were given on a repository."""


@grants.command("list")
@click.argument("repository", type=REPOSITORY)
@limit_option
@common
@pass_state
def list_(state: State, repository: str, limit: int | None) -> None:
    """List the roles that were given directly."""
    with state.client(needs_login=True) as client:
        found = client.each(calls.access.grants(repository))
        state.output.rows(_GRANTS, found, limit=limit, empty="Nobody was given a role directly.")


@grants.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("kind", type=_KINDS)
@click.argument("name")
@click.argument("role", type=_ROLES)
@click.option("--until", type=click.DateTime(), help="When it ends by itself, in UTC.")
@common
@pass_state
def give(
    state: State,
    *,
    repository: str,
    kind: str,
    name: str,
    role: str,
    until: datetime | None,
) -> None:
    """Give a role, instead of the one that is there."""
    end = f"{until:%Y-%m-%dT%H:%M:%SZ}" if until else None
    with state.client(needs_login=True) as client:
        given = client.ask(calls.access.give(repository, f"{kind}s", name, role, until=end))
    state.output.done(f"{name} is {role} of {repository} now.", given)


@grants.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("kind", type=_KINDS)
@click.argument("name")
@yes_option
@common
@pass_state
def take(state: State, repository: str, kind: str, name: str, *, yes: bool) -> None:
    """Take a role away."""
    confirm(f"Take the role of {name} away?", what=f"Taking the role of {name} away", yes=yes)
    with state.client(needs_login=True) as client:
        client.ask(calls.access.take(repository, f"{kind}s", name))
    state.output.done(f"{name} has no role of its own on {repository} any more.")


@click.command()
@click.argument("repository", type=REPOSITORY)
@click.argument("actions", nargs=-1, type=click.Choice(["pull", "push", "delete"]))
@click.option("--who", help="Somebody else: a user or robot, where you administer the repository.")
@common
@pass_state
def explain(state: State, repository: str, actions: tuple[str, ...], who: str | None) -> None:
    """Say why you may do something, or may not.

    REPOSITORY may name a tag: acme/app:v1.
    """
    wanted = ",".join(actions)
    name, _, tag = repository.partition(":")
    call = (
        calls.access.why(name, who, actions=wanted, tag=tag)
        if who
        else calls.access.explain(repository, actions=wanted)
    )
    with state.client(needs_login=True) as client:
        why = client.ask(call)
    if state.output.form is state.output.form.PEOPLE:
        _tell(why)
    else:
        state.output.facts(why, {"Allowed": "yes" if why["allowed"] else "no"})


def _tell(why: Why) -> None:
    role = f", as {why['role']}" if why["role"] else ""
    click.echo(strong(f"{why['name']} and {why['repository']}{role}"))
    for verdict in why["verdicts"]:
        mark = coloured("yes", "green") if verdict["allowed"] else coloured("no ", "red")
        words = wrapped(clean(verdict["words"]), indent=_INDENT)
        click.echo(f"  {verdict['action']:<6}  {mark}  {words}".rstrip())
        if remedy := clean(verdict["remedy"]):
            click.echo(" " * _INDENT + wrapped(remedy, indent=_INDENT))
    for step in why["steps"]:
        if step["effect"] != "nothing":
            words = wrapped(clean(step["words"]), indent=10)
            click.echo(f"  {step['effect']:<6}  {words}")
