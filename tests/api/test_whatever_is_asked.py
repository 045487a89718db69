"""Whatever the description allows, or not, is answered: schemathesis asks, and no answer is an error of ours.

Each example is asked by three people, a robot and nobody, each as if no other had asked. WAYBILL_TEST_API_EXAMPLES says
how many there are for each operation: two take half a minute of one processor, a hundred half an hour.
"""

from __future__ import annotations

import json
import os
import re
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import quote_from_bytes, urlencode

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode, openapi
from schemathesis.core.result import Ok

from config.api_description import described
from index.roles import Role
from tests.architecture.furniture import fill_in
from tests.architecture.permission_matrix import ADDRESSES
from tests.clients import confirm
from tests.conftest import World
from tests.factories import make_grant
from tests.machines import make_robot, make_secret

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
Asked: TypeAlias = Case[Any]
EXAMPLES = int(os.environ.get("WAYBILL_TEST_API_EXAMPLES", "2"))
IDENTITIES = ("anonymous", "mia", "olga", "root", "robot")
DOORS = sorted(door for door in ADDRESSES if door.startswith("api/v1/") and "openapi" not in door)

ODD_BYTES = (
    b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"../..", b"\n", b"%00", b"\xe2\x80\xae", b"-1",
    b"9" * 30, b"a" * 2_000, b"\xd9\xa1", b"sha256:",
)  # fmt: skip
ODD_BODIES = (
    b"", b"\0", b"\xff\xfe{\0", b"[" * 20_000, b'{"name": NaN}', b"1e999", b"9" * 5_000, b'"\\ud800"',
    b"null", b"[[]]", b'{"name": "\xff"}', b'{"":{}}',
)  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    "\0", "\ud800", 2**63, -(2**63) - 1, 10**400, float("nan"), float("inf"), "x" * 10_000, None, True,
    [], [[]], [None], {}, {"$ne": None}, "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "-0", "\u202e",
)  # fmt: skip


@lru_cache(maxsize=1)
def operations() -> dict[str, list[Operation]]:
    """The operations at each path; made late, for collecting tests is slow enough."""
    found: dict[str, list[Operation]] = {}
    for result in openapi.from_dict(described()).get_all_operations():
        assert isinstance(result, Ok), result
        found.setdefault(result.ok().path, []).append(result.ok())
    return found


def addresses(operation: Operation) -> st.SearchStrategy[str | None]:
    """One that exists (None), or one with something odd in place of each name in it."""
    odd = st.sampled_from(ODD_BYTES) | st.binary(min_size=1, max_size=20)
    written = odd.map(lambda raw: quote_from_bytes(raw, safe="/"))
    there = st.none()
    if "{" not in operation.path:
        return there
    return there | there | written.map(lambda text: re.sub(r"\{\w+\}", text, operation.path))


@st.composite
def bodies(draw: st.DrawFn, case: Asked) -> bytes:
    """What schemathesis made, or that with an odd value in one field, or odd bytes."""
    body = case.body
    if isinstance(body, bytes):
        return body
    kind = draw(st.sampled_from(("made", "odd value", "odd value", "odd bytes")))
    if kind == "odd bytes":
        return draw(st.sampled_from(ODD_BODIES) | st.binary(max_size=20))
    if kind == "odd value" and isinstance(body, dict) and body:
        body = {**body, draw(st.sampled_from(sorted(body))): draw(st.sampled_from(ODD_VALUES))}
    return json.dumps(body, default=str).encode()


def ask(client: Client, case: Asked, address: str, body: bytes) -> int:
    """Ask once, and undo what that changed."""
    with transaction.atomic():
        answer = client.generic(
            case.method,
            f"{address}?{urlencode(case.query or {}, doseq=True, errors='replace')}",
            body,
            content_type=case.media_type or "application/json",
        )
        transaction.set_rollback(True)
    return answer.status_code


@pytest.mark.parametrize("door", DOORS)
def test_whatever_is_asked_is_answered(world: World, door: str) -> None:
    known = fill_in(ADDRESSES[door], world)
    clients = {name: Client() for name in IDENTITIES}
    for name, client in clients.items():
        if name != "robot" and (person := world.person(name)):
            client.force_login(person)
            confirm(client)
    robot = make_robot("acme", "nightly", by=world.olga)
    make_grant(world.app, robot, Role.ADMIN)
    secret = make_secret(robot, by=world.olga).value
    clients["robot"] = Client(headers={"Authorization": f"Bearer {secret}"})
    for operation in operations()["/" + re.sub(r"<\w+:(\w+)>", r"{\1}", door)]:
        ask_much(operation, known, clients)


def ask_much(operation: Operation, known: str, clients: dict[str, Client]) -> None:
    """Ask one operation by all identities, at the address that is known and at others."""
    allowed = operation.as_strategy(GenerationMode.POSITIVE)
    forbidden = operation.as_strategy(GenerationMode.NEGATIVE)

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(data=st.data(), case=allowed | forbidden, address=addresses(operation))
    def asked(data: st.DataObject, case: Asked, address: str | None) -> None:
        body = data.draw(bodies(case))
        for name, client in clients.items():
            assert ask(client, case, address or known, body) < 500, name

    asked()
