"""One line that says how far something is, while somebody watches."""

from __future__ import annotations

import shutil
import sys
from types import TracebackType

import click

from waybill.terminal.table import cells, shortened

_LENGTH = 24


class Progress:
    """Rewrites its line on standard error; where that is no terminal it says nothing."""

    def __init__(self, *, wanted: bool = True) -> None:
        """Begin with an empty line."""
        self._is_shown = wanted and sys.stderr.isatty()
        self._before = 0

    def show(self, words: str, share: float | None = None) -> None:
        """Say how far it is: `share` between 0 and 1, if that is known."""
        if not self._is_shown:
            return
        bar = f"{_bar(share)} " if share is not None else ""
        line = shortened(bar + words, shutil.get_terminal_size().columns - 1)
        room = " " * max(0, self._before - cells(line))
        click.echo(f"\r{line}{room}", nl=False, err=True)
        self._before = cells(line)

    def __enter__(self) -> Progress:
        """Leave nothing behind in the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the line away."""
        if self._before:
            click.echo(f"\r{' ' * self._before}\r", nl=False, err=True)


def _bar(share: float) -> str:
    """Return a bar like docker's."""
    done = int(_LENGTH * min(max(share, 0.0), 1.0))
    return f"[{'=' * done}{'>' if done < _LENGTH else ''}{' ' * (_LENGTH - done - 1)}]"
