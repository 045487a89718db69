"""Requests and answers as they stand on the wire; nothing here sends anything."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from waybill.call import Call, Listing, Query, Seen
from waybill.errors import Refusal, ServerAway, Unavailable, WaybillError, kind_of
from waybill.retries import Retries, may_pass, read_retry_after

API = "/api/v1/"
_KEY = "Idempotency-Key"
_HARMLESS_TWICE = frozenset({"GET", "PUT", "DELETE"})  # PATCH may undo what others did meanwhile
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,<]*?\brel="?next"?', re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """What is sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None = None

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it twice does no more than sending it once: by its nature, or by its key."""
        if "If-Match" in self.headers:  # the second would find what the first has changed
            return False
        return self.method in _HARMLESS_TWICE or _KEY in self.headers


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]  # told apart without regard to case
    content: bytes

    @property
    def retry_after(self) -> float | None:
        """How long to wait, if it says so."""
        return read_retry_after(self.headers.get("Retry-After", ""))


class Server:
    """Where the API is: makes requests to it, and nowhere else."""

    def __init__(self, url: str, *, knows_us: bool = False) -> None:
        """Take the address of the site, with or without a path before `/api/`.

        `knows_us` if a token is sent: nobody's keys are kept there.
        """
        parts = urlsplit(url if "://" in url else f"https://{url}")
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            message = f"{url!a} is no address of a server: it looks like https://index.example.com"
            raise WaybillError(message)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._path = parts.path.rstrip("/")
        self._knows_us = knows_us

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return self._origin + self._path

    @property
    def host(self) -> str:
        """What stands before a repository's name in docker commands."""
        return urlsplit(self._origin).netloc

    def request(self, call: Call[Any]) -> Request:
        """Return the request of a call."""
        headers = {"Accept": "application/json"}
        content = None
        if call.body is not None:
            content = json.dumps(call.body).encode()
            headers["Content-Type"] = "application/json"
        if call.method == "POST" and self._knows_us and not call.leaves_nothing:
            headers[_KEY] = f'"{uuid.uuid4()}"'
        if call.if_match:
            headers["If-Match"] = call.if_match
        address = self.url + API + call.path + _written(call.query)
        return Request(call.method, address, headers, content)

    def first_page(self, listing: Listing[Any]) -> Request:
        """Return the request of a list's beginning."""
        return self.request(Call("GET", listing.path, listing.query))

    def next_page(self, asked: Request, answer: Answer) -> Request | None:
        """Return the request of the page that `Link` leads to; None after the last.

        Links are followed on this server alone: a token goes nowhere else, whatever an answer says.
        """
        link = _NEXT.search(answer.headers.get("Link", ""))
        if link is None:
            return None
        parts = urlsplit(link[1])
        address = urlunsplit(("", "", parts.path, parts.query, ""))
        return Request("GET", self._origin + address, asked.headers)


class Attempts:
    """How often one request was sent, and whether it is sent again."""

    def __init__(self, request: Request, retries: Retries) -> None:
        """Begin with none."""
        self._request = request
        self._retries = retries
        self._done = 0
        self._may_have_been_heard = False

    def pause_after(self, answer: Answer) -> float | None:
        """Return how long to wait before the next; None if this answer is the last."""
        self._done += 1
        is_being_done = answer.status == 409 and answer.retry_after is not None
        if not ((may_pass(answer.status) or is_being_done) and self._request.is_repeatable):
            return None
        self._may_have_been_heard |= answer.status >= 500
        return self._retries.pause(self._done, answer.retry_after)

    def outcome(self, last: Answer) -> Answer:
        """Return what the last answer says of them all: what is gone after a loss was taken away."""
        is_gone = self._request.method == "DELETE" and last.status == 404
        return Answer(204, last.headers, b"") if is_gone and self._may_have_been_heard else last

    def pause_after_loss(self, error: Exception) -> float:
        """Return how long to wait before the next; raise ServerAway if there is none."""
        self._done += 1
        self._may_have_been_heard = True
        pause = self._retries.pause(self._done, None) if self._request.is_repeatable else None
        if pause is None:
            host = urlsplit(self._request.url).netloc
            message = f"no answer from {host}: {_reason(error)}"
            raise ServerAway(message) from error
        return pause


def read(answer: Answer) -> Any:
    """Return the body of an answer; raise Refusal."""
    if not 200 <= answer.status < 300:
        raise _refusal(answer)
    if not answer.content:
        return None
    try:
        return json.loads(answer.content)
    except ValueError as error:
        message = "the answer is no JSON: is that the address of a Waybill server?"
        raise ServerAway(message) from error


def seen(answer: Answer) -> Seen[Any]:
    """Return the body of an answer with its tag; raise Refusal."""
    return Seen(read(answer), answer.headers.get("ETag", ""))


def rows_of(body: Any) -> list[Any]:
    """Return what a page of a list has."""
    rows = body.get("results") if isinstance(body, dict) else body
    if not isinstance(rows, list):
        message = "the answer is no list: is that the address of a Waybill server?"
        raise ServerAway(message)
    return rows


def _refusal(answer: Answer) -> WaybillError:
    if 300 <= answer.status < 400:
        elsewhere = answer.headers.get("Location", "another address")
        message = f"the server sends to {elsewhere}: use the address that it has there"
        return ServerAway(message)
    told = _told(answer.content)
    fields = told.get("errors")
    kind = kind_of(answer.status)
    if kind is Refusal and not told:
        return Unavailable(answer.status)
    return kind(
        answer.status,
        title=str(told.get("title") or ""),
        detail=str(told.get("detail") or ""),
        code=str(told.get("code") or ""),
        errors=_sentences(fields) if isinstance(fields, dict) else None,
        retry_after=answer.retry_after,
    )


def _told(content: bytes) -> dict[str, Any]:
    """Return problem details, or nothing: a proxy in between answers what it likes."""
    try:
        told = json.loads(content)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _sentences(fields: dict[str, Any]) -> dict[str, list[str]]:
    """Return sentences by field; what is nested below a field is flattened to its sentences."""
    return {str(name): list(_flat(value)) for name, value in fields.items()}


def _flat(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [sentence for one in value for sentence in _flat(one)]
    return [str(value)]


def _written(query: Query) -> str:
    told = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in query.items()
        if value is not None and value != ""
    }
    return "?" + urlencode(told) if told else ""


def _reason(error: Exception) -> str:
    """Return the innermost words of an error: the outer ones are names of classes and addresses."""
    inner: BaseException = error
    while cause := inner.__cause__ or inner.__context__:
        inner = cause
    return str(getattr(inner, "strerror", None) or str(inner) or type(inner).__name__)
