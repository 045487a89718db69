"""What nginx says itself, when nobody behind it answers: a page in the look of the others."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

import pytest

from tests.e2e.lone_gateway import Asked, LoneGateway, Reply, answer_well, running_gateway


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoneGateway]:
    with running_gateway(tmp_path_factory.mktemp("gateway")) as alone:
        yield alone


def nobody(_asked: Asked) -> Reply:
    """An app server that is being started anew: it hangs up."""
    raise ConnectionAbortedError


def test_pages_that_nobody_makes_are_nginx_own(alone: LoneGateway) -> None:
    alone.parts.begin(nobody)
    answer = alone.wire.ask("GET", "/r/acme/app")
    text = answer.body.decode()
    assert answer.status == 503
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert int(answer.headers["Retry-After"]) > 0
    assert "<h1>Not answering at this moment</h1>" in text
    assert f"<code>{answer.headers['X-Request-Id']}</code>" in text
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-Id"])


def test_their_policy_allows_their_style_and_nothing_else(alone: LoneGateway) -> None:
    alone.parts.begin(nobody)
    answer = alone.wire.ask("GET", "/")
    style = re.search("<style>(.*?)</style>", answer.body.decode(), re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "script" not in answer.body.decode()


def test_what_is_too_large_is_said_to_be(alone: LoneGateway) -> None:
    alone.parts.begin(answer_well)
    answer = alone.wire.ask("POST", "/settings/profile", {"Content-Length": "2200000"})
    assert answer.status == 413
    assert b"<h1>That is too large</h1>" in answer.body
    assert alone.parts.asked == []


def test_docker_still_reads_json(alone: LoneGateway) -> None:
    alone.parts.begin(nobody)
    answer = alone.wire.ask("GET", "/v2/acme/app/manifests/1.0")
    assert (answer.status, answer.code) == (503, "UNAVAILABLE")


def test_the_index_hears_the_number_of_a_request(alone: LoneGateway) -> None:
    alone.parts.begin(answer_well)
    alone.wire.ask("GET", "/", {"X-Request-Id": "of somebody else"})
    [asked] = alone.parts.asked
    assert re.fullmatch("[0-9a-f]{32}", asked.headers["x-request-id"])
