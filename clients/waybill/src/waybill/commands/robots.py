"""`waybill robots`: robot accounts and their secrets."""

from __future__ import annotations

import click

from waybill import calls
from waybill.commands.completion import ROBOT
from waybill.commands.failures import Exit, Failure
from waybill.commands.listing import limit_option, yes_option
from waybill.commands.secrets import expires_option, show_once, until
from waybill.commands.state import State, common, pass_state
from waybill.session_answers import Robot, RobotSecret
from waybill.terminal.asking import confirm, confirm_by_name
from waybill.terminal.table import Column
from waybill.terminal.words import ago

_OVERLAPS = click.Choice(["0", "1", "24", "72", "168"])


def _secrets(robot: Robot) -> str:
    return ", ".join(f"{one['id']} {one['label']}".strip() for one in robot["secrets"])


def _ends(robot: Robot) -> str:
    ends = [one["expires_at"] for one in robot["secrets"] if one["expires_at"]]
    return ago(min(ends)) if ends else ""


_ROBOTS = (
    Column("NAME", lambda one: str(one["name"])),
    Column("DESCRIPTION", lambda one: str(one["description"]), gives_way=True),
    Column("STATE", lambda one: "on" if one["enabled"] else "off"),
    Column("SECRETS", _secrets, gives_way=True),
    Column("FIRST EXPIRES", _ends, may_go=True),
    Column("RESPONSIBLE", lambda one: str(one["responsible"] or ""), may_go=True),
)


@click.group()
def robots() -> None:
    """Robots: accounts of machines, yours or an organization's, like acme+ci."""


@robots.command("list")
@click.argument("organization", required=False, default="")
@limit_option
@common
@pass_state
def list_(state: State, organization: str, limit: int | None) -> None:
    """List your own, or those of an organization."""
    with state.session_client() as client:
        found = client.each(calls.robots.every(organization=organization))
        state.output.rows(_ROBOTS, found, limit=limit, empty="There is no robot yet.")


@robots.command()
@click.argument("name", metavar="[ORGANIZATION+]NAME")
@click.option("--description", "-d", default="")
@click.option("--may-create", is_flag=True, help="It may create repositories by pushing to them.")
@click.option("--label", default="", help="What the secret is for.")
@expires_option
@common
@pass_state
def create(
    state: State, /, name: str, description: str, label: str, expires: str, *, may_create: bool
) -> None:
    """Make one with a secret, which is shown.

    It may nothing until it is given a role: waybill grants give acme/app robot acme+ci writer
    """
    organization, _, short = name.rpartition("+")
    if state.login and organization == state.login.username:
        organization = ""
    call = calls.robots.create(
        short,
        organization=organization,
        description=description,
        may_create=may_create,
        secret={"label": label, "expires_at": until(expires)},
    )
    with state.session_client() as client:
        robot = client.ask(call)
    show_once(state, robot["new_secret"], about=f"Made the robot {robot['name']}.")


@robots.command("add-secret")
@click.argument("name", type=ROBOT)
@click.option("--label", default="", help="What it is for.")
@expires_option
@common
@pass_state
def add_secret(state: State, name: str, label: str, expires: str) -> None:
    """Make one more secret of a robot: one for each place where it runs."""
    call = calls.robots.add_secret(name, expires_at=until(expires), label=label)
    with state.session_client() as client:
        made = client.ask(call)
    show_once(state, made, about=f"Made a secret of {name}.")


@robots.command()
@click.argument("name", type=ROBOT)
@click.option("--secret", "number", type=int, help="Which one, by its number, if it has several.")
@click.option("--overlap", type=_OVERLAPS, default="24", show_default=True, help="Hours.")
@common
@pass_state
def rotate(state: State, name: str, number: int | None, overlap: str) -> None:
    """Make another secret; the old one ends some hours later."""
    with state.session_client() as client:
        secret = _chosen(client.ask(calls.robots.one(name)), number)
        call = calls.robots.rotate(name, secret["id"], overlap_hours=int(overlap))
        made = client.ask(call)
    show_once(state, made, about=f"Made another secret of {name}. The old ends in {overlap} hours.")


@robots.command()
@click.argument("name", type=ROBOT)
@click.argument("number", type=int)
@yes_option
@common
@pass_state
def revoke(state: State, name: str, number: int, *, yes: bool) -> None:
    """End a secret at once, by its number."""
    confirm(f"End secret {number} of {name}?", what=f"Revoking secret {number}", yes=yes)
    with state.session_client() as client:
        client.ask(calls.robots.revoke(name, number))
    state.output.done(f"Revoked secret {number} of {name}.")


@robots.command()
@click.argument("name", type=ROBOT)
@yes_option
@common
@pass_state
def remove(state: State, name: str, *, yes: bool) -> None:
    """Delete a robot; its name is not given again."""
    with state.session_client() as client:
        confirm_by_name(name, what=f"Deleting {name}", yes=yes)
        client.ask(calls.robots.remove(name))
    state.output.done(f"Deleted {name}.")


def _chosen(robot: Robot, number: int | None) -> RobotSecret:
    """Return the secret that somebody means; raise Failure where that is open."""
    wanted = [one for one in robot["secrets"] if number in {None, one["id"]}]
    if len(wanted) == 1:
        return wanted[0]
    if not wanted:
        message = f"{robot['name']} has no such secret"
    else:
        message = f"{robot['name']} has several secrets: say which by --secret"
    raise Failure(message, Exit.USAGE, f"Which there are: {_secrets(robot) or 'none'}")
