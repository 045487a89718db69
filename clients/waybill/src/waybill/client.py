"""The client that waits: on `requests`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TypeVar

import requests
from requests.adapters import BaseAdapter

from waybill.call import Call, Listing, Seen
from waybill.retries import Retries
from waybill.wire import Answer, Attempts, Request, Server, read, rows_of, seen

T = TypeVar("T")

TIMEOUT = (5.0, 30.0)  # until connected, and between two bytes
AGENT = "waybill-python/0.1"
_LOST = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
)


class Bearer(requests.auth.AuthBase):
    """The token and nothing else: without it requests would send what `.netrc` has for the host."""

    def __init__(self, token: str) -> None:
        """Keep it; empty is nobody."""
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Waybill:
    """A Waybill server, seen by whoever holds the token; without one, by anybody."""

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        retries: Retries | None = None,
        timeout: tuple[float, float] = TIMEOUT,
        adapter: BaseAdapter | None = None,
    ) -> None:
        """Take the address of the site; `adapter` is a transport of requests, for tests and proxies."""
        self.server = Server(url, knows_us=bool(token))
        self.sleep: Callable[[float], None] = time.sleep
        self._retries = retries or Retries()
        self._timeout = timeout
        self._auth = Bearer(token)
        self._session = requests.Session()
        self._session.headers["User-Agent"] = AGENT
        if adapter is not None:
            self._session.mount("http://", adapter)
            self._session.mount("https://", adapter)

    def ask(self, call: Call[T]) -> T:
        """Send a call and return its answer; raises Refusal or ServerAway."""
        answer: T = read(self._answer(self.server.request(call)))
        return answer

    def see(self, call: Call[T]) -> Seen[T]:
        """Send a call and return its answer with its tag, for `if_match` of a change."""
        return seen(self._answer(self.server.request(call)))

    def each(self, listing: Listing[T]) -> Iterator[T]:
        """Yield everything of a list; the next page is fetched when it is needed."""
        request: Request | None = self.server.first_page(listing)
        while request is not None:
            answer = self._answer(request)
            body = read(answer)
            yield from rows_of(body)
            request = self.server.next_page(request, answer)

    def page(self, listing: Listing[T]) -> tuple[list[T], Any]:
        """Return the beginning of a list, and the whole body around it."""
        body = read(self._answer(self.server.first_page(listing)))
        return rows_of(body), body

    def close(self) -> None:
        """Close its connections."""
        self._session.close()

    def __enter__(self) -> Waybill:
        """Close them in the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close them."""
        self.close()

    def _answer(self, request: Request) -> Answer:
        attempts = Attempts(request, self._retries)
        while True:
            try:
                answer = self._send(request)
            except _LOST as error:
                self.sleep(attempts.pause_after_loss(error))
                continue
            pause = attempts.pause_after(answer)
            if pause is None:
                return attempts.outcome(answer)
            self.sleep(pause)

    def _send(self, request: Request) -> Answer:
        response = self._session.request(
            request.method,
            request.url,
            headers=dict(request.headers),
            data=request.content,
            auth=self._auth,
            timeout=self._timeout,
            allow_redirects=request.method == "GET",
        )
        return Answer(response.status_code, response.headers, response.content)
