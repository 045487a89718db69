"""How many notifications are accepted and applied each second: `var/venv/bin/python bench/events.py`.

Accepted: one event each over connections that are kept, as registries send them. Applied: from a full
inbox, beside a transaction for each event. At the end everything is counted: nothing lost, nothing twice.
"""

from __future__ import annotations

import os
import secrets
import sys
from typing import NamedTuple

sys.path.pop(0)
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

from bench.command import run
from bench.events_data import envelope
from bench.load import NUMBER, RequestFailed, request_bytes, run_round
from bench.measure import print_row
from bench.stack import Stack, run_module, running_stack

MILLION = 1_000_000
NAIVE = 5_000


class Applied(NamedTuple):
    """Events applied each second, and the processor time of one: the worker's and PostgreSQL's."""

    per_second: float
    cpu: float


def main() -> int:
    """Measure on each database."""
    return run(__doc__, measure)


def measure(kind: str, *, rounds: int, seconds: float) -> None:
    """Measure one database. Raises RequestFailed where a count is not what it must be."""
    with running_stack(kind, durable=True) as stack:
        run_module("bench.events_data", "prepare", environment=stack.environment)
        accepted = _accept(stack, rounds=rounds, seconds=seconds)
        _apply(stack)
        _check(stack, ids=accepted, pulls=accepted)
        _step(stack, "fill", MILLION)
        naive = _apply(stack, naive=True)
        batched = _apply(stack)
        print(f"\n| applied, {kind} | /s | CPU us | a million |\n|---|---:|---:|---:|")
        for name, found in (("a transaction for each event", naive), ("in batches", batched)):
            took = MILLION / found.per_second
            print(f"| {name} | {found.per_second:.0f} | {found.cpu:.0f} | {took:.0f} s |")
        ratio = batched.per_second / naive.per_second
        print("\n| | measured | aim | |\n|---|---:|---:|---|")
        print_row("in batches, beside one by one", ratio, "≥", 5, met=ratio >= 5)
        total = accepted + MILLION
        _check(stack, ids=total, pulls=total)


def _accept(stack: Stack, *, rounds: int, seconds: float) -> int:
    """Send for some rounds; return how many were accepted."""
    print("| accepted | /s | p50 ms | p99 ms | sender | CPU us |\n|---|---:|---:|---:|---:|---:|")
    accepted = 0
    for number in range(rounds):
        used = stack.cpu_seconds()
        timing = run_round(_request(number), stack.port, seconds, status=202)
        cost = (stack.cpu_seconds() - used) / timing.requests * 1e6
        accepted += timing.requests
        print(
            f"| round {number + 1} | {timing.per_second:.0f} | {timing.p50:.2f} "
            f"| {timing.p99:.2f} | {timing.load:.0%} | {cost:.0f} |",
            flush=True,
        )
    return accepted


def _request(number: int) -> bytes:
    """Return a notification whose event has another id each time."""
    event_id = f"{number:08}-{secrets.token_hex(2)}-4000-8000-0000{NUMBER.decode()}"
    body = envelope(event_id, "bench/r00000").decode()
    headers = {
        "Authorization": "Bearer secret-of-east",
        "Content-Type": "application/vnd.docker.distribution.events.v1+json",
    }
    return request_bytes("POST", "/events/east", headers, body)


def _apply(stack: Stack, *, naive: bool = False) -> Applied:
    """Apply what waits, all of it or a part one by one."""
    database = stack.database_seconds()
    found = _step(stack, "naive", NAIVE) if naive else _step(stack, "apply")
    applied, used = float(found["applied"]), float(found["used"])
    used += stack.database_seconds() - database
    return Applied(applied / float(found["seconds"]), used / applied * 1e6)


def _check(stack: Stack, *, ids: int, pulls: int) -> None:
    """Compare every counter with what was sent."""
    found = {name: int(value) for name, value in _step(stack, "counts").items()}
    print(f"counted: {found}", flush=True)
    if found["waiting"] or found["ids"] != ids or found["repositories"] != pulls:
        message = f"sent {ids} events and {pulls} pulls, counted {found}"
        raise RequestFailed(message)


def _step(stack: Stack, *arguments: object) -> dict[str, str]:
    return run_module("bench.events_data", *map(str, arguments), environment=stack.environment)


if __name__ == "__main__":
    sys.exit(main())
