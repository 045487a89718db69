"""Memory stays what it is over many requests (L24)."""

from __future__ import annotations

import json
import uuid

import pytest

from bench.load import NUMBER, request_bytes, run_round
from bench.processes import anonymous_memory
from launcher.services import APP_SERVERS
from tests.faults.cast import Cast

pytestmark = pytest.mark.slow
GROWTH, TOKENS, RENDERS = 0.10, 50_000, 1_000  # as they stand in the promise
# So much of both is asked for, and may leave as much less behind: what leaks does so with each request.
PART = 0.4
# Each process remembers up to 10,000 decisions (`accounts.memory`); the kernel shares out unevenly.
FILL = 12_000 * APP_SERVERS["tokens"]
README = "# Growth\n\n" + "| a | b |\n|---|---|\n" + "| `1` | **2** |\n" * 50


def test_tokens_and_readmes_leave_memory_as_it_was(cast: Cast) -> None:
    ask_for_tokens(cast, FILL)
    ask_for_readmes(cast, RENDERS // 10)
    before = memories(cast)
    ask_for_tokens(cast, int(TOKENS * PART))
    ask_for_readmes(cast, int(RENDERS * PART))
    after = memories(cast)
    assert all(after[name] < before[name] * (1 + GROWTH * PART) for name in before), (before, after)


def memories(cast: Cast) -> dict[str, int]:
    return {name: anonymous_memory(cast.stack.pid(name)) for name in ("tokens", "web")}


def ask_for_tokens(cast: Cast, many: int) -> None:
    """Ask the app server itself, otherwise each time: each decision is made, and remembered."""
    target = f"{cast.token_url(cast.private)}&x={NUMBER.decode()}"
    request = request_bytes("GET", target, {"Authorization": cast.node.header})
    done = 0
    while done < many:
        done += run_round(request, cast.stack.port_of("tokens"), 2.0).requests


def ask_for_readmes(cast: Cast, many: int) -> None:
    """Write another one each time: what was rendered once is kept."""
    said = {"Authorization": f"Bearer {cast.api}", "Content-Type": "application/json"}
    address = f"/api/v1/repositories/{cast.public}"
    for _ in range(many):
        text = json.dumps({"readme": f"{README}\n{uuid.uuid4()}"}).encode()
        assert cast.wire.ask("PATCH", address, said, text).status == 200
        assert cast.wire.ask("GET", f"/r/{cast.public}").status == 200
