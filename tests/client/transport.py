"""Carries what the client of `clients/waybill` sends into this very process, where Django answers."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import requests
from django.test import Client
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

HOST = "index.test"
URL = f"http://{HOST}"

Interference = Callable[[requests.PreparedRequest], requests.Response]


class InProcess(BaseAdapter):
    """A transport of requests without a network; tests may answer in Django's place."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[requests.PreparedRequest] = []
        self.instead: list[Interference] = []  # each answers once, in this order

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.sent.append(request)
        return self.instead.pop(0)(request) if self.instead else answer_of_django(request)

    def close(self) -> None:
        pass

    @property
    def paths(self) -> list[str]:
        return [urlsplit(str(request.url)).path for request in self.sent]


def answer_of_django(request: requests.PreparedRequest) -> requests.Response:
    parts = urlsplit(str(request.url))
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    told = Client().generic(
        str(request.method),
        target,
        request.body or b"",
        content_type=request.headers.get("Content-Type", ""),
        headers={name: str(value) for name, value in request.headers.items()},
    )
    return made(told.status_code, told.content, dict(told.headers.items()), request)


def made(
    status: int,
    content: bytes = b"",
    headers: dict[str, str] | None = None,
    request: requests.PreparedRequest | None = None,
) -> requests.Response:
    """Return an answer."""
    answer = requests.Response()
    answer.status_code = status
    answer._content = content
    answer.headers = CaseInsensitiveDict(headers or {})
    answer.url = str(request.url) if request else URL
    return answer


def answers(status: int, content: bytes = b"", **headers: str) -> Interference:
    """Return what answers so, in Django's place."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: made(status, content, told, request)


def loses(_: requests.PreparedRequest) -> requests.Response:
    """Lose the connection."""
    raise requests.ConnectionError from HTTPException("the line was cut")


def does_and_loses(request: requests.PreparedRequest) -> requests.Response:
    """Let Django do it, and lose what it answers."""
    answer_of_django(request)
    return loses(request)


def does_and_is_overloaded(request: requests.PreparedRequest) -> requests.Response:
    """Let Django do it, and answer as a proxy does that has waited for long enough."""
    answer_of_django(request)
    return made(503, request=request)
