"""What the description says opens an operation opens it, and no other credential does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from accounts.token_limits import ApiPart
from config.api_description import described
from tests.architecture.furniture import fill_in
from tests.architecture.permission_matrix import ADDRESSES
from tests.conftest import World
from tests.machines import make_robot, make_secret, make_token

METHODS = ("get", "post", "put", "patch", "delete")
EVERY_PART = set(ApiPart)
# What the door says to a credential that is not for the operation; the policy speaks otherwise.
REFUSALS = ("this access token", "this is for", "session", "browser")


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Return the door, the method and what is said of each operation."""
    doors = {"/" + re.sub(r"<\w+:(\w+)>", r"{\1}", door): door for door in ADDRESSES}
    return [
        (doors[path], method, told)
        for path, methods in described()["paths"].items()
        for method, told in methods.items()
        if method in METHODS
    ]


def lets_in(client: Client, method: str, address: str, secret: str) -> bool:
    """Whether the credential is taken there, whatever the policy says then; nothing is changed."""
    cache.clear()
    with transaction.atomic():
        headers = {"Authorization": f"Bearer {secret}"}
        answer = client.generic(method.upper(), address, "{}", "application/json", headers=headers)
        transaction.set_rollback(True)
    if answer.status_code == 401:
        return False
    detail = answer.json()["detail"] if answer.status_code == 403 else ""
    return not any(words in detail for words in REFUSALS)


def ways(told: dict[str, Any], scheme: str) -> list[list[str]]:
    """Return the scopes with which a kind of credential opens an operation."""
    return [way[scheme] for way in told["security"] if scheme in way]


@pytest.fixture
def tokens(world: World) -> dict[str, str]:
    """A token of an owner with each part alone, and one with all but it."""
    made = {str(part): [part] for part in ApiPart}
    made |= {f"not {part}": sorted(EVERY_PART - {part}) for part in ApiPart}
    # Writing includes reading.
    for topic in ("repositories", "organizations"):
        made[f"not {topic}:read"].remove(ApiPart(f"{topic}:write"))
    made["every part"] = sorted(EVERY_PART)
    return {
        name: make_token(world.olga, "*", name=name, api_parts=parts).value
        for name, parts in made.items()
    }


def test_a_token_opens_what_is_in_its_part_and_nothing_else(
    world: World, client: Client, tokens: dict[str, str]
) -> None:
    wrong = []
    for door, method, told in operations():
        scopes, address = ways(told, "accessToken"), fill_in(ADDRESSES[door], world)
        parts = [part for scope in scopes for part in scope]
        is_closed = {} not in told["security"]
        if [] in scopes and not all(lets_in(client, method, address, it) for it in tokens.values()):
            wrong.append(f"{method} {door} is not open to every token")
        for part in parts:
            if not lets_in(client, method, address, tokens[part]):
                wrong.append(f"{method} {door} is closed to {part}")
            if is_closed and lets_in(client, method, address, tokens[f"not {part}"]):
                wrong.append(f"{method} {door} opens without {part}")
        if is_closed and not scopes and lets_in(client, method, address, tokens["every part"]):
            wrong.append(f"{method} {door} opens to a token")
        assert told.get("x-waybill-part") == (parts[0] if parts else None)
    assert not wrong, "\n".join(wrong)


def test_a_robot_opens_what_is_said_and_nothing_else(world: World, client: Client) -> None:
    robot = make_robot("acme", "nightly", by=world.olga)
    secret, wrong = make_secret(robot, by=world.olga).value, []
    for door, method, told in operations():
        if {} in told["security"]:
            continue
        address = fill_in(ADDRESSES[door], world)
        if lets_in(client, method, address, secret) != bool(ways(told, "robotSecret")):
            wrong.append(f"{method} {door}")
    assert not wrong, "\n".join(wrong)


def test_what_is_open_to_anybody_asks_for_nothing(world: World, client: Client) -> None:
    for door, method, told in operations():
        if told["security"] == [{"registrySecret": []}]:
            continue
        address = fill_in(ADDRESSES[door], world)
        with transaction.atomic():
            status = client.generic(method.upper(), address, "{}", "application/json").status_code
            transaction.set_rollback(True)
        assert (status != 401) == ({} in told["security"]), (method, door)
