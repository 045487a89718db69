"""A client of the index in this process, and whose it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from waybill import Waybill

from accounts.models import User
from tests.client.transport import URL, InProcess
from tests.conftest import World
from tests.machines import make_token

PARTS = ("profile:read", "repositories:write", "organizations:write")


@pytest.fixture
def transport() -> InProcess:
    """What the client sends, and what answers it."""
    return InProcess()


@pytest.fixture
def pauses() -> list[float]:
    """How long the client would have waited."""
    return []


ClientOf = Callable[[User | None], Waybill]


@pytest.fixture
def client_of(transport: InProcess, pauses: list[float]) -> ClientOf:
    """Makes clients with a token that opens all parts."""

    def client_of(user: User | None) -> Waybill:
        token = make_token(user, api_parts=PARTS).value if user else ""
        client = Waybill(URL, token=token, adapter=transport)
        client.sleep = pauses.append
        return client

    return client_of


@pytest.fixture
def alice(world: World, client_of: ClientOf) -> Waybill:
    """The client of someone with repositories."""
    return client_of(world.alice)
