"""How long a token takes, beside an empty view of the same server: `python bench/token.py`."""

from __future__ import annotations

import os.path
import sys

# This file has the name of a module of the standard library: nothing may find it by that name.
sys.path.pop(0)
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

import argparse
import base64
import http.client
import json
from collections.abc import Mapping
from statistics import median
from urllib.parse import urlencode

import jwt

from bench.load import Case, RequestFailed, Timing, ask, run_round
from bench.stack import NotStarted, Stack, running_stack
from launcher.ports import LOOPBACK
from launcher.problems import Problem

CHECKED_TOKENS = 100


def main() -> int:
    """Measure on each database in turn; what is missing on this machine is said."""
    chosen = _arguments()
    for kind in chosen.database or ("sqlite", "postgresql"):
        try:
            with running_stack(kind) as stack:
                print(f"\n{kind}: {chosen.rounds} rounds of {chosen.seconds:g} s each\n")
                measure(stack, rounds=chosen.rounds, seconds=chosen.seconds)
        except (NotStarted, Problem) as error:
            print(f"\n{kind}: not measured: {error}")
        except RequestFailed as error:
            print(f"\n{kind}: {error}", file=sys.stderr)
            return 1
    return 0


def measure(stack: Stack, *, rounds: int, seconds: float) -> None:
    """Let the cases take turns, so that a busy machine slows all of them; print the medians."""
    cases = make_cases(stack.seeded)
    for case in cases:
        run_round(case, stack.port, 0.3)  # connections, caches, imports
    results: dict[str, list[tuple[Timing, float]]] = {case.name: [] for case in cases}
    for _ in range(rounds):
        for case in cases:
            before = stack.cpu_seconds()
            timing = run_round(case, stack.port, seconds)
            cpu = (stack.cpu_seconds() - before) / timing.requests * 1e6
            results[case.name].append((timing, cpu))
    print_table(results)
    check_tokens(stack, cases[1:])


def make_cases(seeded: Mapping[str, str]) -> list[Case]:
    """Return the empty view, and and tokens for nobody and for each kind of secret."""
    service = seeded["service"]
    public = urlencode({"service": service, "scope": "repository:bench/public:pull"})
    private = {"service": service, "scope": "repository:bench/app:pull,push"}
    refresh = {
        **private,
        "grant_type": "refresh_token",
        "client_id": "bench",
        "refresh_token": seeded["refresh_token"],
    }
    return [
        Case("empty view", "GET", "/bench/empty"),
        Case("anonymous", "GET", f"/token?{public}"),
        Case(
            "refresh token",
            "POST",
            "/token",
            {"Content-Type": "application/x-www-form-urlencoded"},
            urlencode(refresh),
        ),
        Case(
            "access token",
            "GET",
            f"/token?{urlencode({**private, 'account': 'bench'})}",
            {"Authorization": f"Basic {_basic(seeded['access_token'])}"},
        ),
        Case(
            "password",
            "GET",
            f"/token?{urlencode({**private, 'account': 'bench'})}",
            {"Authorization": f"Basic {_basic(seeded['password'])}"},
        ),
    ]


def _basic(secret: str) -> str:
    return base64.b64encode(f"bench:{secret}".encode()).decode()


def print_table(results: dict[str, list[tuple[Timing, float]]]) -> None:
    """Print the median of each column, and how many times the empty view's it is."""
    print(f"{'':<15}{'req/s':>8}{'p50 ms':>9}{'p99 ms':>9}{'CPU us':>9}{'times CPU of empty':>20}")
    empty = [cpu for _, cpu in next(iter(results.values()))]
    for name, rounds in results.items():
        timings = [timing for timing, _ in rounds]
        ratio = median(cpu / base for (_, cpu), base in zip(rounds, empty, strict=True))
        print(
            f"{name:<15}"
            f"{median(timing.per_second for timing in timings):>8.0f}"
            f"{median(timing.p50 for timing in timings):>9.2f}"
            f"{median(timing.p99 for timing in timings):>9.2f}"
            f"{median(cpu for _, cpu in rounds):>9.0f}"
            f"{ratio:>20.1f}"
        )


def check_tokens(stack: Stack, cases: list[Case]) -> None:
    """Verify a hundred fresh tokens like a reader of the JWKS. Raises RequestFailed."""
    connection = http.client.HTTPConnection(LOOPBACK, stack.port, timeout=20)
    jwks = jwt.PyJWKSet.from_json(
        ask(connection, Case("jwks", "GET", "/.well-known/jwks.json")).decode()
    )
    for number in range(CHECKED_TOKENS):
        case = cases[number % len(cases)]
        token = json.loads(ask(connection, case))["token"]
        try:
            key = jwks[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(token, key, algorithms=["ES256"], audience=stack.seeded["service"])
        except (jwt.PyJWTError, KeyError) as error:
            message = f"{case.name}: not a valid token: {error}"
            raise RequestFailed(message) from error
        if not claims["access"]:
            message = f"{case.name}: the token grants nothing"
            raise RequestFailed(message)
    connection.close()
    print(f"\n{CHECKED_TOKENS} tokens checked: signed with ES256, for this service, with access.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each case in each round")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
