"""What is printed: tables for people, JSON for programs, names alone for scripts."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import click

from waybill.terminal import table
from waybill.terminal.table import Column
from waybill.terminal.words import clean

SCREENFUL = 100
_NARROWEST = 20


class Form(Enum):
    """For whom it is printed."""

    PEOPLE = "people"
    JSON = "json"
    QUIET = "quiet"


@dataclass
class Output:
    """Where a command says what it found and did; errors and questions go to standard error."""

    form: Form = Form.PEOPLE

    @property
    def is_terminal(self) -> bool:
        """Whether somebody watches."""
        return sys.stdout.isatty()

    @property
    def width(self) -> int | None:
        """How wide a line may be; None where nobody watches."""
        return shutil.get_terminal_size().columns if self.is_terminal else None

    def rows(
        self, columns: Sequence[Column], rows: Iterable[Any], *, limit: int | None, empty: str
    ) -> None:
        """Print a list: a table; a line of JSON for each; or what stands in the first column.

        On a terminal it ends after a hundred unless `limit` says otherwise; 0 is everything.
        """
        most = SCREENFUL if limit is None and self._is_for_people_here else limit or 0
        shown = iter(rows) if not most else itertools.islice(rows, most + 1)
        if self.form is Form.PEOPLE:
            self._table(columns, list(shown), most, empty)
            return
        for row in itertools.islice(shown, most) if most else shown:
            text = json.dumps(row) if self.form is Form.JSON else clean(columns[0].text(row))
            click.echo(text)

    def facts(self, thing: Any, facts: Mapping[str, str]) -> None:
        """Print one thing: what is known of it, line by line, or as JSON."""
        if self.form is Form.JSON:
            click.echo(json.dumps(thing))
            return
        known = {name: clean(text) for name, text in facts.items() if text}
        if self.form is Form.QUIET:
            click.echo(next(iter(known.values())))
            return
        longest = max(map(len, known))
        for name, text in known.items():
            click.echo(f"{strong(name)}{' ' * (longest - len(name))}   ", nl=False)
            click.echo(wrapped(text, indent=longest + 3))

    def done(self, sentence: str, thing: Any = None) -> None:
        """Say what was done; a program gets what the server answered."""
        if self.form is Form.PEOPLE:
            click.echo(wrapped(clean(sentence)))
        elif self.form is Form.JSON and thing is not None:
            click.echo(json.dumps(thing))

    def line(self, text: str, thing: Any) -> None:
        """Print something of which more may follow."""
        click.echo(json.dumps(thing) if self.form is Form.JSON else text)

    def note(self, sentence: str) -> None:
        """Say something beside the answer, to a person."""
        if self.form is Form.PEOPLE:
            click.echo(wrapped(sentence), err=True)

    @property
    def _is_for_people_here(self) -> bool:
        return self.form is Form.PEOPLE and self.is_terminal

    def _table(self, columns: Sequence[Column], rows: list[Any], most: int, empty: str) -> None:
        if not rows:
            self.note(empty)
            return
        is_more = bool(most) and len(rows) > most
        printed = table.lines(columns, rows[:most] if most else rows, width=self.width)
        click.echo(strong(next(printed)))
        for line in printed:
            click.echo(line)
        if is_more:
            self.note(f"These are the first {most}: --limit 0 shows all.")


def wrapped(text: str, *, indent: int = 0) -> str:
    """Return text that begins at a column, and goes on there in every line; for terminals alone."""
    width = shutil.get_terminal_size().columns - indent
    if width < _NARROWEST or not (sys.stdout.isatty() and sys.stderr.isatty()):
        return text
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return ("\n" + " " * indent).join(lines)


def strong(text: str) -> str:
    """Return text that stands out, where colours are wanted."""
    return click.style(text, bold=True) if has_colours() else text


def coloured(text: str, colour: str) -> str:
    """Return coloured text, where colours are wanted; the text says the same without."""
    return click.style(text, fg=colour) if has_colours() else text


def has_colours() -> bool:
    """https://no-color.org: any value but an empty one switches them off."""
    return not os.environ.get("NO_COLOR") and sys.stdout.isatty()
