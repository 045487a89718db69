"""Memory stays what it is over many requests (L24)."""

from __future__ import annotations

import json

import pytest

from bench.load import request_bytes, run_round
from bench.processes import memory
from tests.faults.cast import Cast

pytestmark = pytest.mark.slow
TOKENS = 50_000
RENDERS = 1_000
GROWTH = 1.10  # a bound of the promise itself
README = "# Growth\n\n" + "| a | b |\n|---|---|\n" + "| `1` | **2** |\n" * 50


def test_fifty_thousand_tokens_and_a_thousand_readmes_leave_memory_as_it_was(cast: Cast) -> None:
    said = {"Authorization": f"Bearer {cast.api}", "Content-Type": "application/json"}
    text = json.dumps({"readme": README}).encode()
    address = f"/api/v1/repositories/{cast.public}"
    assert cast.wire.ask("PATCH", address, said, text).status == 200
    ask_for_tokens(cast, TOKENS // 5)  # whatever is remembered has been filled
    ask_for_readmes(cast, RENDERS // 5)
    before = {name: memory(cast.stack.pid(name)) for name in ("tokens", "web")}
    ask_for_tokens(cast, TOKENS)
    ask_for_readmes(cast, RENDERS)
    after = {name: memory(cast.stack.pid(name)) for name in before}
    assert all(after[name] < before[name] * GROWTH for name in before), (before, after)


def ask_for_tokens(cast: Cast, many: int) -> None:
    """Ask the app server itself, for another scope each time: nothing that is kept helps."""
    scope = f"{cast.token_url(cast.private)}&scope=repository:{cast.public}%23NUMBER%23:pull"
    target = scope.replace("%23NUMBER%23", "#NUMBER#")
    request = request_bytes("GET", target, {"Authorization": cast.node.header})
    done = 0
    while done < many:
        done += run_round(request, cast.stack.port_of("tokens"), 5.0).requests


def ask_for_readmes(cast: Cast, many: int) -> None:
    for number in range(many):
        assert cast.wire.ask("GET", f"/r/{cast.public}?x={number}").status == 200
