"""Passwords as programs send them: every byte counts, and none is hashed in vain (case 12)."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.passwords import MAXIMUM_BYTES
from tests.accounts.test_same_for_known_and_unknown import hashes  # noqa: F401 - a fixture
from tests.clients import basic
from tests.conftest import World
from tests.factories import SERVICE
from tests.tokenauth.test_token_post import post


def both_ways(login: str, password: str) -> list[int]:
    """Return the statuses for Basic and for the form."""
    header = {"Authorization": basic(login, password)}
    by_basic = Client().get("/token", {"service": SERVICE}, headers=header)
    by_form = post(Client(), grant_type="password", username=login, password=password)
    return [by_basic.status_code, by_form.status_code]


@pytest.mark.parametrize(
    "password",
    [
        "a" * 64,
        "é" * 2000,
        "with spaces in it ",
        "\N{SNOWMAN}\N{PILE OF POO} and more",
        "a:b:c:d:e",
    ],
)
def test_every_password_works_by_basic_and_by_form(world: World, password: str) -> None:
    world.alice.set_password(password)
    world.alice.save()
    assert both_ways("alice", password) == [200, 200]
    assert both_ways("alice", f"{password} ") == [401, 401]


def test_what_comes_after_72_bytes_counts(world: World) -> None:
    world.alice.set_password("a" * 72 + "x")
    world.alice.save()
    assert both_ways("alice", "a" * 72 + "y") == [401, 401]
    assert both_ways("alice", "a" * 72 + "x") == [200, 200]


@pytest.mark.parametrize("password", ["x" * (MAXIMUM_BYTES + 1), "x" * 60_000, "   ", "\t"])
def test_what_can_be_no_password_is_not_hashed(
    hashes: list[str],  # noqa: F811
    password: str,
) -> None:
    assert both_ways("alice", password) == [401, 401]
    assert hashes == []


def test_a_megabyte_is_not_even_read(hashes: list[str], client: Client) -> None:  # noqa: F811
    answer = post(client, grant_type="password", username="alice", password="x" * 1_000_000)
    assert answer.status_code in {400, 413}
    assert hashes == []
