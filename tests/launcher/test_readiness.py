"""Every part must really answer, and the one that does not is named."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from launcher.ports import free_ports
from launcher.readiness import (
    Trouble,
    challenge_trouble,
    first_trouble,
    installation_trouble,
    missing_part,
    registry_trouble,
    silence,
)

Serve = Callable[..., int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server that always gives one answer; returns its port."""
    servers: list[HTTPServer] = []

    def start(status: int, body: bytes = b"", **headers: str) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return server.server_port

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def part_of(trouble: Trouble | None) -> str | None:
    return None if trouble is None else trouble.part


def test_a_registry_that_refuses_us_is_ready(serve: Serve) -> None:
    assert registry_trouble("east", serve(401)) is None


def test_a_registry_that_lets_anybody_in_is_not(serve: Serve) -> None:
    assert registry_trouble("east", serve(200)) == Trouble("east", "GET /v2/ gives 200, not 401")


def test_a_part_that_does_not_listen_is_named() -> None:
    (port,) = free_ports(1)
    assert part_of(registry_trouble("west", port)) == "west"
    assert part_of(installation_trouble(port)) == "gateway"
    assert part_of(challenge_trouble(port)) == "gateway"
    assert part_of(silence("tokens", port)) == "tokens"


def test_web_is_named_when_the_gateway_cannot_reach_it(serve: Serve) -> None:
    assert part_of(installation_trouble(serve(502))) == "web"


def test_what_readyz_complains_about_is_named(serve: Serve) -> None:
    body = b'{"database": true, "redis": true, "worker": false, "causes": {"worker": "It stands."}}'
    trouble = installation_trouble(serve(503, body))
    assert trouble is not None
    assert trouble.part == "worker"
    assert "503" in trouble.what


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ('{"redis": false, "worker": false}', "redis"),
        ('{"worker": false}', "worker"),
        ('{"database": false}', "web"),
        ("<h1>Server Error</h1>", "web"),
        ("[]", "web"),
    ],
)
def test_the_process_to_look_at_is_found(body: str, part: str) -> None:
    assert missing_part(body) == part


def test_an_installation_that_answers_is_ready(serve: Serve) -> None:
    assert installation_trouble(serve(200)) is None


def test_clients_must_be_told_where_to_get_a_token(serve: Serve) -> None:
    assert challenge_trouble(serve(401, WWW_Authenticate="Bearer realm=x")) is None
    assert part_of(challenge_trouble(serve(401))) == "gateway"
    assert part_of(challenge_trouble(serve(200))) == "gateway"


def test_a_part_that_answered_is_not_asked_again() -> None:
    asked: list[str] = []
    second_answers = iter([Trouble("web", "not yet"), None])

    def first() -> Trouble | None:
        asked.append("first")
        return None

    checks = [first, lambda: next(second_answers)]
    assert part_of(first_trouble(checks)) == "web"
    assert first_trouble(checks) is None
    assert asked == ["first"]
