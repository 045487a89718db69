"""What every operation of the API shares: who may ask, how, and how it is refused."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from accounts.api import throttling
from accounts.api.parameters import known_parameters
from accounts.api.views import Operation
from accounts.ratelimits import API_CALLS
from config import api_description
from tests.clients import basic
from tests.conftest import World


def test_nobody_is_told_how_to_come_in(client: Client, db: None) -> None:
    response = client.get("/api/v1/user")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 401


@pytest.mark.parametrize("secret", ["Bearer x", "Bearer wbp_1_2", "Basic x", "Digest x", "Bearer "])
def test_a_wrong_credential_is_never_taken_for_nobody(
    world: World, client: Client, secret: str
) -> None:
    client.force_login(world.alice)
    response = client.get("/api/v1/user", headers={"Authorization": secret})
    assert response.status_code == 401


def test_a_password_opens_the_api_without_two_factors(world: World, client: Client) -> None:
    response = client.get("/api/v1/user", headers={"Authorization": basic("alice")})
    assert response.json()["username"] == "alice"


def test_an_unknown_address_answers_a_problem(client: Client, db: None) -> None:
    response = client.get("/api/v1/nothing")
    assert response.status_code == 404
    assert response.json()["title"] == "Not Found"


def test_a_session_needs_the_csrf_token_to_change_something(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.alice)
    response = browser.patch("/api/v1/user", "{}", content_type="application/json")
    assert response.status_code == 403
    assert "CSRF" in response.json()["detail"]


def test_a_query_parameter_is_no_credential(world: World, client: Client) -> None:
    assert client.get("/api/v1/user?access_token=x").status_code == 401


def test_calls_are_limited_per_principal(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttling, "API_CALLS", replace(API_CALLS, events=20))
    client.force_login(world.alice)
    answers = {client.get("/api/v1/user").status_code for _ in range(21)}
    assert answers == {200, 429}
    response = client.get("/api/v1/user")
    assert int(response["Retry-After"]) <= API_CALLS.seconds
    client.force_login(world.bob)
    assert client.get("/api/v1/user").status_code == 200


def test_every_answer_says_how_many_calls_are_left(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttling, "API_CALLS", replace(API_CALLS, events=3))
    client.force_login(world.alice)
    answers = [client.get(f"/api/v1/{path}") for path in ("user", "user?x=1", "nothing/at", "user")]
    answers += [client.get("/api/v1/user")]
    left = [answer.headers.get("RateLimit") for answer in answers]
    assert left == [f'"api-calls";r={number}' for number in (2, 1)] + [None] + [
        '"api-calls";r=0', '"api-calls";r=0;t=60'
    ]  # fmt: skip
    assert answers[-1]["RateLimit-Policy"] == '"api-calls";q=3;w=60'
    assert (answers[-1].status_code, answers[-1]["Retry-After"]) == (429, "60")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[" * 100_000, "nested"),
        (b'{"a": "\\u0000"}', "NUL"),
        (b'{"a": "\\ud800"}', "surrogates"),
        (b'{"a": NaN}', "NaN"),
        (b"[1]", "object"),
        (b"\xff", "JSON"),
        (b'{"a":' * 30 + b"1" + b"}" * 30, "nested"),
    ],
)
def test_odd_bodies_are_refused_with_a_reason(
    world: World, client: Client, body: bytes, reason: str
) -> None:
    client.force_login(world.alice)
    response = client.patch("/api/v1/user", body, content_type="application/json")
    assert response.status_code == 400
    assert reason in response.json()["detail"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"],
)
def test_a_body_that_is_not_json_is_refused(
    world: World, client: Client, content_type: str
) -> None:
    client.force_login(world.alice)
    response = client.patch("/api/v1/user", b"{}", content_type=content_type)
    assert response.status_code == 415


@pytest.fixture(scope="module")
def schema() -> Any:
    """The description as it is published."""
    return api_description.described()


def test_every_operation_says_what_it_does_and_how_it_is_refused(schema: Any) -> None:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            assert operation["description"], (path, method)
            assert operation["summary"], (path, method)
            assert "(case" not in operation["description"], (path, method)
            assert {"401", "403", "404"} <= set(operation["responses"]), (path, method)


def test_no_summary_leaves_open_what_it_is_about(schema: Any) -> None:
    operations = [one for path in schema["paths"].values() for one in path.values()]
    summaries = [one["summary"] for one in operations if "summary" in one]
    assert [one for one in summaries if re.match(r"\w+ (it|them)\b|\w+ a page of them", one)] == []


def test_the_description_is_made_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    api_description.described.cache_clear()
    api_description.described()
    printed = capsys.readouterr()
    assert "Warning" not in printed.err + printed.out
    assert "Error" not in printed.err + printed.out


def test_the_published_description_is_json_and_made_once(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/api/v1/openapi.json")
    monkeypatch.setattr(api_description, "SchemaGenerator", None)
    response = client.get("/api/v1/openapi.json")
    assert json.loads(response.content)["info"]["title"] == "Waybill"


def test_operations_know_the_parameters_that_their_description_names(schema: Any) -> None:
    generator: Any = SchemaGenerator()  # type: ignore[no-untyped-call]
    generator._initialise_endpoints()
    for path, _pattern, method, view in generator.endpoints:
        if path in schema["paths"]:
            assert issubclass(view.cls, Operation), path
            said = schema["paths"][path][method.lower()].get("parameters", [])
            named = {one["name"] for one in said if one["in"] == "query"}
            assert set(known_parameters(view.cls, method.lower())) == named, (method, path)


@pytest.mark.parametrize(
    "query", ["visiblity=public", "page=2", "format=json", "namespace__name=a"]
)
def test_a_parameter_that_is_not_known_is_refused_and_the_known_ones_named(
    world: World, client: Client, query: str
) -> None:
    answer = client.get(f"/api/v1/repositories?{query}")
    name = query.partition("=")[0]
    assert (answer.status_code, answer.json()["codes"]) == (400, {name: ["unknown-parameter"]})
    assert "cursor, namespace, page_size, topic, visibility" in answer.json()["errors"][name][0]


def test_a_word_that_is_none_to_choose_from_is_refused(world: World, client: Client) -> None:
    answer = client.get("/api/v1/repositories?visibility=pubic")
    assert (answer.status_code, answer.json()["codes"]) == (400, {"visibility": ["invalid-choice"]})
    assert client.get("/api/v1/repositories?visibility=").status_code == 200


def test_parameters_are_looked_at_after_who_asks(world: World, client: Client) -> None:
    assert client.get("/api/v1/user?x=1").status_code == 401
    client.force_login(world.alice)
    assert client.get("/api/v1/user?x=1").status_code == 400
    assert client.patch("/api/v1/user?x=1").status_code == 400


def test_a_method_that_is_not_known_is_no_matter_of_parameters(
    world: World, client: Client
) -> None:
    client.force_login(world.alice)
    assert client.put("/api/v1/repositories?x=1").status_code == 405
