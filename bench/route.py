"""What the gateway's question costs, and what nginx keeps: `python bench/route.py`."""

from __future__ import annotations

import os.path
import sys

# token.py, beside this file, has the name of a module of the standard library.
sys.path.pop(0)
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

import base64
import json
from pathlib import Path
from urllib.parse import urlencode

from bench.command import run
from bench.gateway import Nginx, gateway_and_plain_proxy
from bench.load import NUMBER, ask, request_bytes
from bench.measure import (
    Aim,
    Case,
    Samples,
    print_aims,
    print_costs,
    print_row,
    speed_ratio,
    take_turns,
)
from bench.stack import Stack, running_stack

WSGI, ROUTE, OTHER = "empty WSGI callable", "route, seen before", "route, another blob each time"
PLAIN, KEPT, ASKED = "nginx: plain proxy", "nginx: blob, route kept", "nginx: blob, route asked"
TOKEN, TOKEN_KEPT = "nginx: anonymous, not kept", "nginx: anonymous, kept"
_BLOB = f"/v2/bench/app/blobs/sha256:{'0' * 56}"


def main() -> int:
    """Measure on each database in turn."""
    return run(__doc__, measure)


def measure(kind: str, *, rounds: int, seconds: float) -> None:
    """Measure on one database, and print what it costs and which aims are met."""
    with running_stack(kind) as stack, gateway_and_plain_proxy(stack) as (gateway, plain):
        cases = make_cases(stack, gateway, plain)
        samples = take_turns(cases, rounds=rounds, seconds=seconds, signature=False)
        print_costs(samples, beside={"x WSGI": WSGI})
        print_aims(samples, [Aim(ROUTE, WSGI, 1.2)])
        print_speed(samples, KEPT, PLAIN, 0.6)
        print_speed(samples, TOKEN_KEPT, TOKEN, 5)


def print_speed(samples: Samples, case: str, baseline: str, least: float) -> None:
    """Print a row of the issue's table that compares requests per second."""
    found = speed_ratio(samples, case, baseline)
    print_row(f"{case:<38} | {baseline}, req/s", found, "≥", least, met=found >= least)


def make_cases(stack: Stack, gateway: Nginx, plain: Nginx) -> list[Case]:
    """Return the question asked of the app server alone, and blobs and tokens through nginx."""
    bearer = {"Authorization": f"Bearer {_token(stack)}"}
    secret = Path(stack.environment["WAYBILL_GATEWAY_SECRET_FILE"]).read_text().strip()
    told = {**bearer, "X-Waybill-Route": secret, "X-Original-Method": "GET"}
    same, other = _BLOB + "0" * 8, _BLOB + NUMBER.decode()
    public = {"service": stack.seeded["service"], "scope": "repository:bench/public:pull"}
    anonymous = f"/token?{urlencode(public)}"

    def asked(uri: str) -> bytes:
        return request_bytes("GET", "/_gateway/route", {**told, "X-Original-URI": uri})

    def through(nginx: Nginx, name: str, request: bytes) -> Case:
        return Case(name, request, nginx.port, lambda: nginx.cpu_seconds() + stack.cpu_seconds())

    own = stack.cpu_seconds
    return [
        # the same request, but for its path
        Case(
            WSGI,
            request_bytes("GET", "/bench/wsgi", {**told, "X-Original-URI": same}),
            stack.port,
            own,
            204,
        ),
        Case(ROUTE, asked(same), stack.port, own, 204),
        Case(OTHER, asked(other), stack.port, own, 204),
        through(plain, PLAIN, request_bytes("GET", same, bearer)),
        through(gateway, KEPT, request_bytes("GET", same, bearer)),
        through(gateway, ASKED, request_bytes("GET", other, bearer)),
        # docker's way to send nobody's name and password; nginx keeps nothing that has a credential
        through(gateway, TOKEN, request_bytes("GET", anonymous, {"Authorization": "Basic Og=="})),
        through(gateway, TOKEN_KEPT, request_bytes("GET", anonymous)),
    ]


def _token(stack: Stack) -> str:
    seeded = stack.seeded
    wanted = {"service": seeded["service"], "scope": "repository:bench/app:pull"}
    basic = base64.b64encode(f"bench:{seeded['access_token']}".encode()).decode()
    request = request_bytes(
        "GET", f"/token?{urlencode(wanted)}", {"Authorization": f"Basic {basic}"}
    )
    found: str = json.loads(ask(request, stack.port))["token"]
    return found


if __name__ == "__main__":
    sys.exit(main())
