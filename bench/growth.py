"""What a decision costs as the data grows: `python bench/growth.py`."""

from __future__ import annotations

import os.path
import sys

# token.py, beside this file, has the name of a module of the standard library.
sys.path.pop(0)
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

import base64
from collections.abc import Mapping
from urllib.parse import urlencode

from bench.command import run
from bench.load import NUMBER, request_bytes
from bench.measure import Case, cost, print_row, ratio, take_turns
from bench.stack import Stack, run_module, running_stack

# What grows, and the request that it might make slower: who asks, and about which repository.
ROWS = {
    "10 -> 100,000 repositories": ("few", "bench/few"),
    "10 -> 10,000 grants of one user": ("many", "bench/few"),
    "10 -> 10,000 grants on one repository": ("few", "bench/popular"),
    "1 -> 500 access tokens of one user": ("lister", "bench/few"),
    "anonymous, 10 -> 100,000 repositories": ("", "bench/public"),
}
SMALL, LARGE = "small: ", "large: "
AIM = 1.2


def main() -> int:
    """Measure on each database in turn."""
    return run(__doc__, measure)


def measure(kind: str, *, rounds: int, seconds: float) -> None:
    """Let a small and a large database take turns; nothing is remembered from request to request."""
    with running_stack(kind) as small, running_stack(kind) as large:
        cases = [*make_cases(small, "small"), *make_cases(large, "large")]
        samples = take_turns(cases, rounds=rounds, seconds=seconds, signature=False)
        print("| what grows | CPU us, small | CPU us, large | measured | aim | |")
        print("|---|---:|---:|---:|---:|---|")
        for row in ROWS:
            found = ratio(samples, LARGE + row, SMALL + row)
            costs = f"{cost(samples, SMALL + row):.0f} | {cost(samples, LARGE + row):.0f}"
            print_row(f"{row:<38} | {costs}", found, "≤", AIM, met=found <= AIM)


def make_cases(stack: Stack, size: str) -> list[Case]:
    """Fill the database and return a request for each row: with the database's share of the cost."""
    tokens = run_module("bench.growth_data", size, environment=stack.environment)

    def used() -> float:
        return stack.cpu_seconds() + stack.database_seconds()

    return [
        Case(f"{size}: {row}", _request(stack, tokens, *asked), stack.port, used)
        for row, asked in ROWS.items()
    ]


def _request(stack: Stack, tokens: Mapping[str, str], login: str, repository: str) -> bytes:
    wanted = {"service": stack.seeded["service"], "scope": f"repository:{repository}:pull"}
    headers = {}
    if login:
        basic = base64.b64encode(f"{login}:{tokens[login]}".encode()).decode()
        headers["Authorization"] = f"Basic {basic}"
    return request_bytes("GET", f"/token?{urlencode(wanted)}&client_id={NUMBER.decode()}", headers)


if __name__ == "__main__":
    sys.exit(main())
