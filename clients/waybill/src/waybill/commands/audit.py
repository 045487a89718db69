"""`waybill audit tail`: who changed what, the latest last."""

from __future__ import annotations

import itertools
import json

import click

from waybill import calls
from waybill.answers import AuditLine
from waybill.call import Listing
from waybill.client import Waybill
from waybill.commands.state import State, common, pass_state
from waybill.terminal.words import clean, moment

_EVERY = 3.0  # seconds between two looks
_LOOK_BACK = 500  # lines at most that one look catches up with


@click.group()
def audit() -> None:
    """Who changed what."""


@audit.command()
@click.argument("name")
@click.option("--lines", "-n", type=click.IntRange(min=1), default=10, show_default=True)
@click.option("--follow", "-f", is_flag=True, help="Go on with what happens, until Ctrl-C.")
@common
@pass_state
def tail(state: State, name: str, lines: int, *, follow: bool) -> None:
    """Print the last changes of an organization or a repository.

    NAME is one of an organization that you own (acme), or of a repository that you administer
    (acme/app).
    """
    listing = calls.audit.of_repository(name) if "/" in name else calls.audit.of_organization(name)
    with state.client(needs_login=True) as client:
        latest = list(itertools.islice(client.each(listing), lines))
        _print(state, latest)
        seen = {_key(line) for line in latest}
        while follow:
            client.sleep(_EVERY)
            new = _newer(client, listing, seen)
            _print(state, new)
            seen |= {_key(line) for line in new}


def _newer(client: Waybill, listing: Listing[AuditLine], seen: set[str]) -> list[AuditLine]:
    """Return what came since, the newest first: up to the first line that was seen."""
    newest = itertools.islice(client.each(listing), _LOOK_BACK)
    return list(itertools.takewhile(lambda line: _key(line) not in seen, newest))


def _key(line: AuditLine) -> str:
    return json.dumps(line, sort_keys=True)


def _print(state: State, lines: list[AuditLine]) -> None:
    for line in reversed(lines):
        when = moment(line["at"])
        at = f"{when.astimezone():%Y-%m-%d %H:%M:%S}" if when else ""
        details = " ".join(f"{name}={value}" for name, value in line["details"].items() if value)
        told = (at, line["actor"] or "-", line["action"], line["target"], details)
        state.output.line("  ".join(clean(str(part)) for part in told if part), line)
