"""What commands that make secrets share: until when they hold, and how they are shown, once."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import click

from waybill.commands.state import State
from waybill.terminal.output import Form
from waybill.terminal.words import clean

expires_option = click.option(
    *("--expires", "-e"),
    metavar="DAYS|DATE|never",
    default="90",
    show_default=True,
    help="In so many days, on a day like 2030-01-31, or never.",
)


def until(expires: str) -> str | None:
    """Return the moment as the API wants it; None is never."""
    if expires == "never":
        return None
    now = datetime.now(timezone.utc)
    try:
        moment = (
            now + timedelta(days=int(expires))
            if expires.isdigit()
            else datetime.fromisoformat(f"{expires}T23:59:59+00:00")
        )
    except (ValueError, OverflowError) as error:
        message = f"--expires {expires}: say a number of days, a day like 2030-01-31, or never"
        raise click.UsageError(message) from error
    return moment.isoformat(timespec="seconds")


def show_once(state: State, made: Any, *, about: str) -> None:
    """Print a secret that no later answer has: alone on standard output, so that it can be piped."""
    state.output.note(f"{about} Its secret is shown now and never again:")
    state.output.line(clean(made["secret"]), made)
    if state.output.form is Form.PEOPLE:
        state.output.note(f"docker: {made['docker_login']}")
