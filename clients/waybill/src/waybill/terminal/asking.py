"""Questions to whoever sits there; a script is told what to say instead."""

from __future__ import annotations

import sys

import click


def confirm_by_name(name: str, *, what: str, yes: bool) -> None:
    """Let somebody type the name of what goes; raise if they do not, or if nobody is there."""
    if yes:
        return
    if not sys.stdin.isatty():
        message = f"{what} wants to be confirmed: add --yes."
        raise click.UsageError(message)
    typed = click.prompt(f"{what}. Type {name} to go on", default="", show_default=False, err=True)
    if typed.strip() != name:
        message = "That is another name. Nothing was changed."
        raise click.ClickException(message)


def confirm(question: str, *, what: str, yes: bool) -> None:
    """Ask yes or no; raise as above."""
    if yes:
        return
    if not sys.stdin.isatty():
        message = f"{what} wants to be confirmed: add --yes."
        raise click.UsageError(message)
    if not click.confirm(question, err=True):
        message = "Nothing was changed."
        raise click.ClickException(message)
