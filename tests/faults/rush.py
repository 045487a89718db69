"""Requests by patient clients, who ask again when they are answered, and by impatient ones, who do not wait."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from bench.nodes import Connection, Image, Reply
from tests.faults.cast import Cast
from tests.faults.traffic import Door

_PATIENT = 16
_numbers = itertools.count()


@dataclass(slots=True)
class Round:
    """What came back, and how much of it was served before the time was over."""

    seconds: float
    replies: list[Reply] = field(default_factory=list)
    served: int = 0


def patient(cast: Cast, door: Door, seconds: float) -> Round:
    """As many ask as keep everything busy: what is served is what can be done."""
    return asyncio.run(_patient(cast, door, seconds))


def impatient(cast: Cast, door: Door, seconds: float, requests: int) -> Round:
    """So many ask, spread over the time by the clock; wait until the last one is answered."""
    return asyncio.run(_impatient(cast, door, seconds, requests))


async def _patient(cast: Cast, door: Door, seconds: float) -> Round:
    done, ends = Round(seconds), time.monotonic() + seconds

    async def client() -> None:
        while time.monotonic() < ends:
            await _ask(cast, door, done, ends)

    await asyncio.gather(*(client() for _ in range(_PATIENT)))
    return done


async def _impatient(cast: Cast, door: Door, seconds: float, requests: int) -> Round:
    begun = time.monotonic()
    done, asked = Round(seconds), []
    for due in _moments(begun, seconds, requests):
        await asyncio.sleep(max(due - time.monotonic(), 0))
        asked.append(asyncio.create_task(_ask(cast, door, done, begun + seconds)))
    await asyncio.gather(*asked)
    return done


def _moments(begun: float, seconds: float, requests: int) -> Iterator[float]:
    return (begun + seconds * number / requests for number in range(requests))


async def _ask(cast: Cast, door: Door, done: Round, ends: float) -> None:
    target = door.target.replace("#", str(next(_numbers)))
    reply = Reply(0, {}, b"")
    with suppress(OSError, asyncio.IncompleteReadError):
        async with Connection(Image(cast.stack.port, cast.stack.host, "", "")) as connection:
            reply = await connection.ask(target, dict(door.headers))
    done.replies.append(reply)
    done.served += reply.status == 200 and time.monotonic() <= ends
