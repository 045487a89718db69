"""What a token costs, beside the least that anything can cost: `python bench/token.py`."""

from __future__ import annotations

import os.path
import sys

# This file has the name of a module of the standard library: nothing may find it by that name.
sys.path.pop(0)
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

import base64
import json
from collections.abc import Mapping
from urllib.parse import urlencode

import jwt

from bench.command import run
from bench.go_baseline import GoServer, go_token_server
from bench.load import NUMBER, RequestFailed, ask, request_bytes
from bench.measure import (
    SIGNATURE,
    Aim,
    Case,
    print_aims,
    print_costs,
    print_row,
    ratio,
    take_turns,
)
from bench.stack import Stack, running_stack

WSGI, BARE, FULL = "empty WSGI callable", "empty Django view", "empty view, all middleware"
GO = "Go token server, anonymous"
ACCESS, REFRESH, ROBOT = "access token", "refresh token", "robot secret"
ANONYMOUS, PASSWORD = "anonymous", "password, again"
NOT_CACHED = ", nothing cached"
# What docker_auth needs for a token with an ES256 key and without a password (performance.md, C1).
GO_SIGNATURES = 4.5
CHECKED_TOKENS = 100


def main() -> int:
    """Measure on each database in turn."""
    return run(__doc__, measure)


def measure(kind: str, *, rounds: int, seconds: float) -> None:
    """Measure on one database, and print what it costs and which aims are met."""
    with running_stack(kind) as stack, go_token_server() as go:
        cases = make_cases(stack, go)
        samples = take_turns(cases, rounds=rounds, seconds=seconds)
        print_costs(
            samples,
            beside={"x signature": SIGNATURE, "x empty view": BARE, "x WSGI": WSGI},
        )
        print_aims(samples, aims(kind, with_go=go is not None))
        found = ratio(samples, ANONYMOUS, SIGNATURE) / GO_SIGNATURES
        print_row(f"{ANONYMOUS:<38} | docker_auth", found, "≤", 1, met=found <= 1)
        if go is None:
            print("\nno `go` on this machine: docker_auth's 4.5 signatures stand for a Go server")
        check_tokens(stack, [case for case in cases if case.port == stack.port][3:])


def aims(kind: str, *, with_go: bool) -> list[Aim]:
    """Return the rows of the issue's table that compare processor time."""
    nothing_cached = 8 if kind == "sqlite" else 11
    return [
        Aim(ACCESS, SIGNATURE, 4),
        Aim(REFRESH, SIGNATURE, 4),
        Aim(ROBOT, SIGNATURE, 4),
        Aim(ACCESS, BARE, 0.75),
        Aim(REFRESH, BARE, 0.75),
        *(Aim(name + NOT_CACHED, SIGNATURE, nothing_cached) for name in (ACCESS, REFRESH, ROBOT)),
        Aim(PASSWORD, ACCESS, 1.1),
        Aim(PASSWORD + NOT_CACHED, ACCESS + NOT_CACHED, 1.1),
        *([Aim(ANONYMOUS, GO, 1), Aim(ANONYMOUS + NOT_CACHED, GO, 1)] if with_go else []),
    ]


def make_cases(stack: Stack, go: GoServer | None) -> list[Case]:
    """Return the empty answers, and a token for each kind of secret: asked for again, and anew."""
    seeded = stack.seeded
    asked = {
        ANONYMOUS: (_get(seeded, "bench/public:pull")),
        ACCESS: _get(seeded, "bench/app:pull,push", f"bench:{seeded['access_token']}"),
        REFRESH: _refresh(seeded),
        ROBOT: _get(seeded, "bench/app:pull,push", f"bench+builds:{seeded['robot_secret']}"),
        PASSWORD: _get(seeded, "bench/app:pull,push", f"bench:{seeded['password']}"),
    }
    found = [
        _case(stack, WSGI, request_bytes("GET", "/bench/wsgi"), status=204),
        _case(stack, BARE, request_bytes("GET", "/bench/bare")),
        _case(stack, FULL, request_bytes("GET", "/bench/empty")),
        *(
            _case(stack, name, request.replace(NUMBER, b"00000000"))
            for name, request in asked.items()
        ),
        *(_case(stack, name + NOT_CACHED, request) for name, request in asked.items()),
    ]
    if go:
        query = urlencode({"service": "index.test", "scope": "repository:bench/public:pull"})
        request = request_bytes("GET", f"/token?{query}")
        found.append(Case(GO, request, go.port, go.cpu_seconds))
    return found


def _case(stack: Stack, name: str, request: bytes, *, status: int = 200) -> Case:
    return Case(name, request, stack.port, stack.cpu_seconds, status)


def _get(seeded: Mapping[str, str], scope: str, credential: str = "") -> bytes:
    asked = {"service": seeded["service"], "scope": f"repository:{scope}"}
    headers = {}
    if credential:
        basic = base64.b64encode(credential.encode()).decode()
        headers["Authorization"] = f"Basic {basic}"
    return request_bytes("GET", f"/token?{urlencode(asked)}&client_id={NUMBER.decode()}", headers)


def _refresh(seeded: Mapping[str, str]) -> bytes:
    form = {
        "service": seeded["service"],
        "scope": "repository:bench/app:pull,push",
        "grant_type": "refresh_token",
        "refresh_token": seeded["refresh_token"],
    }
    body = f"{urlencode(form)}&client_id={NUMBER.decode()}"
    return request_bytes("POST", "/token", body=body)


def check_tokens(stack: Stack, cases: list[Case]) -> None:
    """Verify a hundred fresh tokens like a reader of the JWKS. Raises RequestFailed."""
    found = ask(request_bytes("GET", "/.well-known/jwks.json"), stack.port)
    jwks = jwt.PyJWKSet.from_json(found.decode())
    for number in range(CHECKED_TOKENS):
        case = cases[number % len(cases)]
        token = json.loads(ask(case.request, case.port))["token"]
        try:
            key = jwks[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(token, key, algorithms=["ES256"], audience=stack.seeded["service"])
        except (jwt.PyJWTError, KeyError) as error:
            message = f"{case.name}: not a valid token: {error}"
            raise RequestFailed(message) from error
        if not claims["access"]:
            message = f"{case.name}: the token grants nothing"
            raise RequestFailed(message)
    print(f"\n{CHECKED_TOKENS} tokens checked: signed with ES256, for this service, with access.")


if __name__ == "__main__":
    sys.exit(main())
