"""Ctrl-C and SIGTERM: before the processes run they end the launcher, then they are counted."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Self

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruptions:
    """Counts requests to stop: the first stops cleanly, the second at once."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        listen_with(self._count)
        return self

    def __exit__(self, *_error: object) -> None:
        raise_on_interruption()

    def _count(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1


def raise_on_interruption() -> None:
    """Let every request to stop end the launcher as Ctrl-C does."""
    listen_with(_raise)


def listen_with(handler: signal._HANDLER) -> None:
    for number in ENDING:
        # `nohup ./dev run` ignores SIGHUP and means it. A script's `./dev run &` ignores SIGINT
        # only because shells do so; `kill -INT` must stop it all the same.
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _raise(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
