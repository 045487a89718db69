"""A number for each request, by which its lines are found in the log."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config import request_id, views

NUMBER = "0123456789abcdef" * 2


def test_every_answer_has_a_number_of_its_own(client: Client) -> None:
    numbers = [client.get("/healthz").headers["X-Request-Id"] for _ in range(2)]
    assert numbers[0] != numbers[1]
    assert all(len(number) == 32 for number in numbers)


def test_the_gateways_number_is_taken(client: Client, settings: Any) -> None:
    headers = {"X-Request-Id": NUMBER, "X-Waybill-Gateway": settings.GATEWAY_SECRET}
    assert client.get("/healthz", headers=headers).headers["X-Request-Id"] == NUMBER


def test_nobody_elses_number_is(client: Client) -> None:
    response = client.get("/healthz", headers={"X-Request-Id": NUMBER})
    assert response.headers["X-Request-Id"] != NUMBER


@pytest.mark.parametrize("told", ["x" * 32, NUMBER + "0", "", "<b>"])
def test_a_number_of_another_shape_is_replaced(client: Client, settings: Any, told: str) -> None:
    headers = {"X-Request-Id": told, "X-Waybill-Gateway": settings.GATEWAY_SECRET}
    assert client.get("/healthz", headers=headers).headers["X-Request-Id"] != told


@pytest.mark.parametrize("path", ["/nothing/at-all", "/settings/profile/nothing"])
def test_error_pages_show_it(db: None, client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert f"<code>{response.headers['X-Request-Id']}</code>" in response.content.decode()


def test_what_broke_is_logged_under_the_number_of_its_page(
    rf: RequestFactory, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(request: HttpRequest) -> HttpResponse:
        logging.getLogger("django.request").error("it broke")
        return views.server_error(request)

    caplog.handler.addFilter(request_id.WithRequest())
    response = request_id.request_id(breaks)(rf.get("/"))
    [line] = caplog.records
    number = response.headers["X-Request-Id"]
    assert line.__dict__["request_number"] == f" [request {number}]"
    assert isinstance(response, HttpResponse)
    assert number in response.content.decode()


def test_outside_of_a_request_there_is_none() -> None:
    assert request_id.current() == ""
