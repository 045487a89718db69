"""What a command says and with which number it ends when something is in the way."""

from __future__ import annotations

import os
import traceback
from enum import IntEnum
from typing import IO, Any

import click

from waybill import errors
from waybill.terminal.output import wrapped
from waybill.terminal.words import clean


class Exit(IntEnum):
    """Documented in the README: scripts go by them."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    REFUSED = 3
    NOT_LOGGED_IN = 4
    CONFLICT = 5
    AWAY = 6
    FAILED = 7  # what was started did not come to a good end
    CHANGED = 8
    STOPPED = 130


class NoLogin(errors.WaybillError):
    """A command that needs one."""


class Failed(errors.WaybillError):
    """The server began the work and could not finish it."""


class Failure(click.ClickException):
    """An error in one line, perhaps with a second one that says what to do."""

    exit_code: int  # type: ignore[misc]  # click reads it from the instance

    def __init__(self, message: str, code: Exit, remedy: str = "") -> None:
        """Keep what is printed."""
        super().__init__(clean(message))
        self.exit_code = int(code)
        self.remedy = remedy

    def show(self, file: IO[Any] | None = None) -> None:
        """Print it."""
        for text in filter(None, (f"Error: {self.message}", self.remedy)):
            click.echo(wrapped(text), file=file, err=file is None)


class Stopped(click.ClickException):
    """Ctrl-C: nothing is wrong, and nothing has to be said."""

    exit_code = int(Exit.STOPPED)

    def __init__(self) -> None:
        """Say nothing."""
        super().__init__("")

    def show(self, file: IO[Any] | None = None) -> None:
        """End the line that was begun."""
        click.echo(file=file, err=file is None)


def failure_of(error: Exception) -> Failure:
    """Return what is said of an error."""
    kind = next((kind for kind in _SAID if isinstance(error, kind)), None)
    if kind is not None:
        code, remedy = _SAID[kind]
        return Failure(_sentence(error), code, _REMEDIES.get(getattr(error, "code", ""), remedy))
    if os.environ.get("WAYBILL_DEBUG"):
        traceback.print_exception(error)
    name = type(error).__name__
    remedy = "This is a fault of this program. WAYBILL_DEBUG=1 shows where; please tell us."
    return Failure(f"{name}: {error}", Exit.UNEXPECTED, remedy)


_LOG_IN = "Log in: waybill login https://index.example.com, with the address of yours."
# The narrower kinds stand before the wider ones.
_SAID: dict[type[Exception], tuple[Exit, str]] = {
    NoLogin: (Exit.NOT_LOGGED_IN, _LOG_IN),
    Failed: (Exit.FAILED, ""),
    errors.NotLoggedIn: (Exit.NOT_LOGGED_IN, _LOG_IN),
    errors.NotFound: (Exit.REFUSED, "Who you are here: waybill whoami"),
    errors.Forbidden: (Exit.REFUSED, ""),
    errors.Changed: (Exit.CHANGED, "Somebody else was faster: look at it again."),
    errors.Conflict: (Exit.CONFLICT, ""),
    errors.Invalid: (Exit.USAGE, ""),
    errors.BadName: (Exit.USAGE, ""),
    errors.TooMany: (Exit.AWAY, "Try again later."),
    errors.ServerAway: (Exit.AWAY, "Try again later, or look at the address: --server"),
    errors.Refusal: (Exit.UNEXPECTED, ""),
    errors.WaybillError: (Exit.USAGE, ""),
    PermissionError: (Exit.UNEXPECTED, ""),
}

# What the server's own codes want, where that is more than the status says.
_REMEDIES = {
    "confirmation-needed": "Prove it in the browser, and do this once more: waybill login --again",
    "session-needed": "No token does this. Log in by a browser: waybill login",
    "second-factor-missing": "Set it up in the browser first.",
}


def _sentence(error: Exception) -> str:
    """Return the server's words; of wrong fields each with what is wrong."""
    if isinstance(error, errors.Invalid) and error.errors:
        told = (f"{name}: {' '.join(words)}" for name, words in error.errors.items())
        return "; ".join(told)
    if isinstance(error, errors.NotFound) and error.detail in {"", "Not found."}:
        return "there is no such thing, or you may not see it"
    return str(error)
