"""Refusals on protocol doors are JSON, whoever made them."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v2/", 405),
        ("PATCH", "/token", 405),
        ("GET", "/token?scope=a%0ab", 400),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1//_ping", 404),
        ("POST", "/events/east", 401),
    ],
)
def test_an_error_at_a_protocol_door_is_json(
    client: Client, method: str, path: str, status: int
) -> None:
    response = client.generic(method, path)
    assert response.status_code == status
    assert response.json()["errors"][0]["code"]


@pytest.mark.parametrize("path", ["/token", "/v2/"])
def test_a_wrong_host_reads_json_there_too(client: Client, path: str) -> None:
    response = client.get(path, headers={"Host": "evil.test"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/json")


@pytest.mark.django_db
def test_pages_keep_their_own_errors(client: Client) -> None:
    assert client.get("/r/no/such")["Content-Type"].startswith("text/html")


@pytest.mark.django_db
@pytest.mark.parametrize("key", ['"a\\000"', "a" * 32 + "'", "\u00e9", "../x"])
def test_an_odd_session_key_is_nobody_and_no_error(client: Client, key: str) -> None:
    from django.conf import settings

    response = client.get("/", headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"})
    assert response.status_code == 200
