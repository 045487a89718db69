"""Of several who change what they have all read, one does, whichever database it is."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.api.test_preconditions import APP, CHANGES, address_of, change, client_of
from tests.architecture.furniture import fill_in
from tests.conftest import World
from tests.index.life.test_lock_order import ROW, Side, meet

pytestmark = pytest.mark.django_db(transaction=True)

# Where nothing is locked first, the change itself is what the other one would not see yet.
HOLDS = rf'{ROW}|^(UPDATE|DELETE FROM|INSERT INTO) "(accounts|index)_'


def both(world: World, who: str, method: str, address: str, *bodies: dict[str, Any]) -> list[int]:
    """Let two send a change of what both have read, the second while the first has not finished."""
    clients = [client_of(world, who) for _ in bodies]
    (tag,) = {client.get(address)["ETag"] for client in clients}
    told: list[int] = []

    def send(client: Client, body: dict[str, Any]) -> None:
        answer = client.generic(
            method, address, json.dumps(body), "application/json", headers={"If-Match": tag}
        )
        told.append(answer.status_code)

    sides = [
        Side(partial(send, *pair), stops_after=HOLDS) for pair in zip(clients, bodies, strict=True)
    ]
    meet(*sides)
    return sorted(told)


def test_of_two_who_change_it_at_once_one_reads_again(world: World) -> None:
    told = {
        thing: both(world, who, "PATCH", address_of(world, thing), first, second)
        for thing, (who, first, second) in CHANGES.items()
    }
    assert set(map(tuple, told.values())) == {(200, 412)}, told


def test_an_offer_is_taken_back_once(world: World) -> None:
    fill_in("{transfer}", world)
    address = "/api/v1/repositories/alice/pub/-/transfer"
    assert both(world, "alice", "DELETE", address, {}, {}) == [204, 412]


def test_of_eight_changes_one_is_made(world: World) -> None:
    clients = [client_of(world, "olga") for _ in range(8)]
    tag = clients[0].get(APP)["ETag"]

    def once(number: int) -> int:
        try:
            body = {"description": f"number {number}"}
            return int(change(clients[number], APP, body, tag).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(once, range(8))) == [200] + [412] * 7
