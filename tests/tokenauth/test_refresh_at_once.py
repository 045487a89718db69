"""Docker pulls many layers at once, each with the same login (case 17)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from tests.clients import get_token
from tests.conftest import World
from tests.tokenauth.test_token_post import use


@pytest.mark.django_db(transaction=True)
def test_fifty_uses_at_once_succeed(world: World) -> None:
    login = get_token(Client(), user=world.alice, offline_token="true").json()["refresh_token"]

    def once(number: int) -> tuple[int, bool]:
        try:
            answer = use(Client(), login, scope=f"repository:alice/priv{number % 5}:pull")
            return answer.status_code, answer.json().get("refresh_token") == login
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(once, range(50))) == {(200, True)}
