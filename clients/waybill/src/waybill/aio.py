"""The client that lets others run meanwhile: on `httpx`, the extra `waybill[async]`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import TypeVar

import httpx

from waybill.call import Call, Listing, Seen
from waybill.client import AGENT, TIMEOUT
from waybill.retries import Retries
from waybill.wire import Answer, Attempts, Request, Server, read, rows_of, seen

T = TypeVar("T")


class AsyncWaybill:
    """`Waybill` with `await` and `async for`; all but the sending is the same."""

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        retries: Retries | None = None,
        timeout: tuple[float, float] = TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Take the address of the site; `transport` is one of httpx, for tests and proxies."""
        self.server = Server(url, knows_us=bool(token))
        self.sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
        self._retries = retries or Retries()
        headers = {"User-Agent": AGENT}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connect, answer = timeout
        self._http = httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(answer, connect=connect),
            transport=transport,
        )

    async def ask(self, call: Call[T]) -> T:
        """Send a call and return its answer; raises Refusal or ServerAway."""
        answer: T = read(await self._answer(self.server.request(call)))
        return answer

    async def see(self, call: Call[T]) -> Seen[T]:
        """Send a call and return its answer with its tag, for `if_match` of a change."""
        return seen(await self._answer(self.server.request(call)))

    async def each(self, listing: Listing[T]) -> AsyncIterator[T]:
        """Yield everything of a list; the next page is fetched when it is needed."""
        request: Request | None = self.server.first_page(listing)
        while request is not None:
            answer = await self._answer(request)
            body = read(answer)
            for row in rows_of(body):
                yield row
            request = self.server.next_page(request, answer)

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> AsyncWaybill:
        """Close them in the end."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close them."""
        await self.close()

    async def _answer(self, request: Request) -> Answer:
        attempts = Attempts(request, self._retries)
        while True:
            try:
                answer = await self._send(request)
            except httpx.TransportError as error:
                await self.sleep(attempts.pause_after_loss(error))
                continue
            pause = attempts.pause_after(answer)
            if pause is None:
                return attempts.outcome(answer)
            await self.sleep(pause)

    async def _send(self, request: Request) -> Answer:
        response = await self._http.request(
            request.method,
            request.url,
            headers=dict(request.headers),
            content=request.content,
            follow_redirects=request.method == "GET",
        )
        return Answer(response.status_code, response.headers, response.content)
