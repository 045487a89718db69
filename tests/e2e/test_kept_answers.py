"""What nginx keeps of the real index, in front of a real registry: quick, and of no use to a thief."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

import pytest

from tests.e2e.people import Person
from tests.e2e.processes import standing_still
from tests.e2e.setup import Setup
from tests.e2e.stack import Stack
from tests.e2e.wire import MANIFEST_TYPES, Wire


@pytest.fixture
def url(alice: Person) -> str:
    """A manifest in a private repository of alice's."""
    alice.push_image("kept")
    return f"/v2/{alice.name}/kept/manifests/1.0"


@pytest.fixture
def token(alice: Person, wire: Wire) -> str:
    """Alice's token for it."""
    return wire.token(alice, f"repository:{alice.name}/kept:pull")


def with_token(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept": MANIFEST_TYPES}


def forge(token: str) -> str:
    """The same header and signature around another payload: more time, more actions."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["exp"] += 3_600
    claims["access"][0]["actions"] = ["pull", "push", "delete"]
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{header}.{forged}.{signature}"


def test_a_route_that_was_seen_goes_on_for_a_moment_while_the_index_stands_still(
    stack: Stack, wire: Wire, url: str, token: str
) -> None:
    assert wire.ask("GET", url, with_token(token)).status == 200
    with standing_still(stack, "tokens"):
        assert wire.ask("GET", url, with_token(token)).status == 200
        ranged = wire.ask("GET", url, with_token(token) | {"Range": "bytes=0-0"})
        assert ranged.status in {200, 206}
    assert wire.ask("GET", url, with_token(token)).status == 200


def test_a_kept_route_is_of_no_use_with_a_forged_token(
    stack: Stack, wire: Wire, url: str, token: str
) -> None:
    """The signature finds the route; the registry, which checks for itself, does not take it."""
    assert wire.ask("GET", url, with_token(token)).status == 200
    with standing_still(stack, "tokens"):  # whoever answers now, it is not the index
        stolen = wire.ask("GET", url, with_token(forge(token)))
        assert (stolen.status, stolen.code) == (401, "UNAUTHORIZED")
        assert stolen.headers.get("Docker-Content-Digest") is None


def test_a_token_for_nobody_is_kept_for_a_moment(
    alice: Person, setup: Setup, stack: Stack, wire: Wire, url: str
) -> None:
    query = {"service": stack.host, "scope": f"repository:{alice.name}/kept:pull", "x": "kept"}
    target = f"/token?{urlencode(query)}"
    first = wire.ask("GET", target)
    assert first.status == 200
    with standing_still(stack, "tokens"):
        assert wire.ask("GET", target).body == first.body
