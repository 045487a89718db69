"""The client with `await`: it sends what the other one sends."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TypeVar

import httpx
import pytest
import requests
import waybill
from waybill import calls
from waybill.aio import AsyncWaybill

from accounts.models import User
from index.models import Repository
from tests.client.conftest import PARTS
from tests.client.transport import URL, answer_of_django
from tests.conftest import World
from tests.machines import make_token

T = TypeVar("T")
Answering = Callable[[httpx.Request], httpx.Response]


def run(coroutine: Coroutine[None, None, T]) -> T:
    """Run what waits for nothing: without a loop, so in the transaction of the test."""
    with pytest.raises(StopIteration) as done:
        coroutine.send(None)
    answer: T = done.value.value
    return answer


class Handler:
    """Answers at once."""

    def __init__(self, *instead: int | None) -> None:
        self.instead = list(instead)  # a status, or None for a lost connection
        self.sent: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        if self.instead:
            status = self.instead.pop(0)
            if status is None:
                message = "the line was cut"
                raise httpx.ReadError(message)
            return httpx.Response(status, headers={"Retry-After": "3"})
        prepared = requests.Request(
            request.method, str(request.url), dict(request.headers), data=request.content
        ).prepare()
        answer = answer_of_django(prepared)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.fixture
def handler() -> Handler:
    """What answers."""
    return Handler()


def client_of(user: User, handler: Answering, pauses: list[float]) -> AsyncWaybill:
    token = make_token(user, api_parts=PARTS).value
    client = AsyncWaybill(URL, token=token, transport=httpx.MockTransport(handler))

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    client.sleep = sleep
    return client


def test_it_goes_over_pages_and_waits_as_told(world: World, handler: Handler) -> None:
    pauses: list[float] = []
    handler.instead = [503, None]

    async def names() -> list[str]:
        async with client_of(world.alice, handler, pauses) as client:
            listing = calls.repositories.every(page_size=2)
            return [one["name"] async for one in client.each(listing)]

    assert sorted(run(names())) == ["alice/priv", "alice/pub", "base"]
    assert pauses[0] == 3
    assert len(handler.sent) == 4


def test_it_makes_things_and_raises_the_same_errors(world: World, handler: Handler) -> None:
    async def twice() -> None:
        async with client_of(world.alice, handler, []) as client:
            await client.ask(calls.repositories.create("alice/new"))
            await client.ask(calls.repositories.create("alice/new"))

    with pytest.raises(waybill.Forbidden, match="there is a repository alice/new already"):
        run(twice())
    assert len(handler.sent) == 2


def test_what_was_made_though_its_answer_was_lost_is_made_once(
    world: World, handler: Handler
) -> None:
    def lossy(request: httpx.Request) -> httpx.Response:
        answer = handler(request)
        if len(handler.sent) == 1:
            message = "the line was cut"
            raise httpx.ReadError(message)
        return answer

    async def make() -> object:
        async with client_of(world.alice, lossy, []) as client:
            return await client.ask(calls.repositories.create("alice/new"))

    run(make())
    assert Repository.objects.filter(name="alice/new").count() == 1
    assert len(handler.sent) == 2


def test_what_is_gone_after_a_loss_was_deleted(world: World, handler: Handler) -> None:
    handler.instead = [None, 404]

    async def revoke() -> None:
        async with client_of(world.alice, handler, []) as client:
            await client.ask(calls.repositories.unstar("base"))

    run(revoke())
    assert len(handler.sent) == 2


def test_it_changes_what_was_seen_once(world: World, handler: Handler) -> None:
    async def twice() -> None:
        async with client_of(world.alice, handler, []) as client:
            seen = await client.see(calls.repositories.one("alice/pub"))
            change = calls.repositories.change("alice/pub", if_match=seen.etag, description="x")
            assert (await client.see(change)).etag != seen.etag
            await client.ask(change)

    with pytest.raises(waybill.Changed):
        run(twice())
    assert len(handler.sent) == 3


def test_it_gives_up_a_server_that_stays_away(world: World, handler: Handler) -> None:
    handler.instead = [None] * 5

    async def ask() -> None:
        async with client_of(world.alice, handler, []) as client:
            await client.ask(calls.people.whoami())

    with pytest.raises(waybill.ServerAway, match="the line was cut"):
        run(ask())
