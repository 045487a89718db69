"""What nobody waits for is not worked on, and a database that is away is 503."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import time_machine
from django.db import InterfaceError, OperationalError
from django.test import RequestFactory

from config import views
from config.lanes import GIVEN_UP_AFTER, Lanes


def ask(began: float, secret: str) -> tuple[str, dict[str, str], bytes]:
    """Ask the lane for routes, with what the gateway says of the beginning."""
    said: list[Any] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/_gateway/route",
        "HTTP_X_WAYBILL_GATEWAY": secret,
        "HTTP_X_REQUEST_START": f"t={began:.3f}",
    }
    body = Lanes(lambda _environ, _start: [])(environ, lambda *found: said.extend(found))  # type: ignore[arg-type]
    status, headers = said
    return status, dict(headers), b"".join(body)


def test_a_lane_does_not_work_for_whom_the_gateway_has_given_up(settings: Any) -> None:
    began = time.time() - GIVEN_UP_AFTER - 1
    status, headers, body = ask(began, settings.GATEWAY_SECRET)
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "5")
    assert json.loads(body)["errors"][0]["code"] == "UNAVAILABLE"


@pytest.mark.parametrize(("seconds", "secret"), [(1.0, ""), (100.0, "not the gateway's")])
def test_it_works_for_everybody_else(settings: Any, seconds: float, secret: str) -> None:
    status, _, _ = ask(time.time() - seconds, secret or settings.GATEWAY_SECRET)
    assert status == "403 Forbidden"  # what this address says without the gateway's second word


@pytest.mark.parametrize("seconds", [-3_600, -25, 25, 3_600])
def test_a_clock_that_is_set_blocks_no_lane(settings: Any, seconds: float) -> None:
    """Of a host with gateway and app server: what is under way meanwhile must not count later."""
    under_way = time.time()
    with time_machine.travel(under_way + seconds):
        ask(under_way, settings.GATEWAY_SECRET)
        status, _, _ = ask(time.time(), settings.GATEWAY_SECRET)
    assert status == "403 Forbidden"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_said_to_be(rf: RequestFactory, error: type[Exception]) -> None:
    try:
        raise error
    except error:
        answer = views.server_error(rf.get("/"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert b"The reason: the database does not answer" in answer.content
