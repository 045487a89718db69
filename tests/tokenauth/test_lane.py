"""The fast lane: what is remembered is true, the rest is asked, and nothing breaks the lane."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast
from wsgiref.types import StartResponse

import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.changes import LONGEST_MEMORY
from accounts.flows.end_tokens import end_registry_tokens
from accounts.lane import Answer, client_address
from accounts.models import Membership, User, Visibility
from accounts.principals import Principal
from config.lanes import Lanes, answer
from index import denials
from index.flows.change_repository import change_visibility
from index.models import AccessGrant, Denial, Registry, Repository
from index.roles import Role
from tests.clients import ask_route, basic, claims_of, get_token, granted, token_for
from tests.conftest import World
from tests.factories import SERVICE, make_grant
from tokenauth.machines import end_machine
from tokenauth.models import RefreshToken

APP = "repository:acme/app:pull,push"


def no_django(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    raise AssertionError(environ["PATH_INFO"])


def ask_lane(**environ: Any) -> tuple[str, dict[str, str], bytes]:
    """Ask the WSGI application as the app server does; Django behind it must not be reached."""
    said: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        said.update(status=status, headers=dict(headers))

    asked = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/token",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(),
        **environ,
    }
    body = b"".join(Lanes(no_django)(asked, cast(StartResponse, start_response)))
    return said["status"], said["headers"], body


def test_what_was_decided_a_moment_ago_costs_no_statement(
    world: World, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = claims_of(get_token(client, APP, user=world.mia))
    with django_assert_num_queries(0):
        again = claims_of(get_token(client, APP, user=world.mia))
    assert again["access"] == first["access"] != []
    assert again["jti"] != first["jti"]  # signed anew


CHANGES: dict[str, Callable[[World], object]] = {
    "the grant ends": lambda world: AccessGrant.objects.filter(repository=world.app).delete(),
    "the member leaves": lambda world: Membership.objects.filter(user=world.mia).delete(),
    "the repository is archived": lambda world: Repository.objects.filter(pk=world.app.pk).update(
        mode="archived"
    ),
    "the repository is deleted": lambda world: Repository.objects.filter(pk=world.app.pk).update(
        state="deleting"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_remembered_ends_with_what_it_rests_on(
    world: World, client: Client, change: str
) -> None:
    assert granted(get_token(client, APP, user=world.mia))["acme/app"] == ["pull", "push"]
    CHANGES[change](world)
    assert "push" not in granted(get_token(client, APP, user=world.mia)).get("acme/app", [])


def test_a_remembered_log_in_ends_with_the_account(world: World, client: Client) -> None:
    assert get_token(client, APP, user=world.mia).status_code == 200
    User.objects.filter(pk=world.mia.pk).update(is_active=False)
    assert get_token(client, APP, user=world.mia).status_code == 401


def test_a_remembered_no_ends_with_the_grant(world: World, client: Client) -> None:
    assert granted(get_token(client, APP, user=world.bob)) == {}
    make_grant(world.app, world.bob, Role.READER)
    assert granted(get_token(client, APP, user=world.bob)) == {"acme/app": ["pull"]}


def test_a_remembered_yes_ends_when_the_repository_becomes_private(
    world: World, client: Client
) -> None:
    assert granted(get_token(client, "repository:alice/pub:pull")) == {"alice/pub": ["pull"]}
    change_visibility(world.public, by=Principal(world.alice), visibility=Visibility.PRIVATE)
    assert granted(get_token(client, "repository:alice/pub:pull")) == {}


def test_a_grant_with_a_date_ends_on_time_though_remembered(world: World, client: Client) -> None:
    with time_machine.travel("2026-06-01 12:00:00Z", tick=False) as clock:
        soon = clock.shift  # one second later
        AccessGrant.objects.filter(role=Role.WRITER).update(expires_at="2026-06-01 12:00:01Z")
        assert "acme/app" in granted(get_token(client, APP, user=world.mia))
        soon(1.5)
        assert granted(get_token(client, APP, user=world.mia)) == {}


def test_nothing_is_remembered_longer_than_stated(world: World, client: Client) -> None:
    with time_machine.travel("2026-06-01 12:00:00Z", tick=False) as clock:
        get_token(client, APP, user=world.mia)
        with connection.cursor() as cursor:
            cursor.cursor.execute("DELETE FROM index_accessgrant")  # past every watch of ours
        assert "acme/app" in granted(get_token(client, APP, user=world.mia))
        clock.shift(LONGEST_MEMORY)
        assert granted(get_token(client, APP, user=world.mia)) == {}


def test_one_secret_is_not_remembered_for_another(world: World, client: Client) -> None:
    assert get_token(client, APP, user=world.mia).status_code == 200
    query = {"service": SERVICE, "scope": APP}
    wrong = client.get("/token", query, headers={"Authorization": basic("mila", "wrong")})
    assert wrong.status_code == 401


def test_the_lane_answers_without_django(world: World) -> None:
    status, headers, body = ask_lane(
        QUERY_STRING=f"service={SERVICE}&scope=repository:alice/pub:pull"
    )
    assert status == "200 OK"
    assert json.loads(body)["scope"] == "repository:alice/pub:pull"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


def test_a_token_of_nobody_may_be_shared_by_the_gateway_and_no_other(world: World) -> None:
    query = f"service={SERVICE}&scope=repository:alice/pub:pull"
    _, of_nobody, _ = ask_lane(QUERY_STRING=query)
    _, of_alice, _ = ask_lane(QUERY_STRING=query, HTTP_AUTHORIZATION=basic("alice"))
    assert (of_nobody["X-Accel-Expires"], of_alice.get("X-Accel-Expires")) == ("4", None)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(method: str) -> None:
    status, headers, _ = ask_lane(REQUEST_METHOD=method)
    assert (status[:3], headers["Allow"]) == ("405", "GET, HEAD, POST")


def test_a_head_has_no_body(world: World) -> None:
    status, _, body = ask_lane(REQUEST_METHOD="HEAD", QUERY_STRING=f"service={SERVICE}")
    assert (status, body) == ("200 OK", b"")


@pytest.mark.parametrize(
    "query", ["%ff", "service=a%00b", "service=a%0ab", "&".join(["a=b"] * 2000), "service=%", "="]
)
def test_an_odd_query_is_a_bad_request(world: World, query: str) -> None:
    status, _, body = ask_lane(QUERY_STRING=query)
    assert status[:3] == "400"
    assert json.loads(body)["errors"][0]["code"] == "UNSUPPORTED"


@pytest.mark.parametrize("length", ["", "70000", "-1", "many"])
def test_a_body_is_read_no_further_than_it_may_be_long(world: World, length: str) -> None:
    body = io.BytesIO(b"grant_type=password&password=" + b"x" * 200_000)
    status, _, _ = ask_lane(
        REQUEST_METHOD="POST",
        CONTENT_TYPE="application/x-www-form-urlencoded",
        CONTENT_LENGTH=length,
        **{"wsgi.input": body},
    )
    assert status[:3] in {"400", "413"}
    assert body.tell() <= 65_537


@pytest.mark.parametrize(
    ("secret", "address"), [("guess", "127.0.0.1"), (settings.GATEWAY_SECRET, "203.0.113.9")]
)
def test_the_gateway_alone_says_whose_address_it_is(secret: str, address: str) -> None:
    told = {"HTTP_X_REAL_IP": "203.0.113.9", "HTTP_X_WAYBILL_GATEWAY": secret}
    assert client_address({"REMOTE_ADDR": "127.0.0.1", **told}) == address


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_503_with_a_time_to_come_back() -> None:
    def door(_environ: Mapping[str, Any]) -> Answer:
        raise OperationalError

    found = answer(door, {})
    assert (found.status[:3], dict(found.headers)["Retry-After"]) == ("503", "5")
    assert json.loads(found.body)["errors"][0]["code"] == "UNAVAILABLE"


@pytest.mark.parametrize(
    ("actions", "noted"),
    [("pull", 0), ("*", 0), ("pull,*", 0), ("pull,nonsense", 0), ("pull,push", 1), ("delete", 1)],
)
def test_what_falls_short_is_noted_and_nothing_else(
    world: World, client: Client, actions: str, noted: int
) -> None:
    get_token(client, f"repository:acme/app:{actions}", user=world.rita)
    denials.write_now()
    assert Denial.objects.count() == noted


def test_fifty_unknown_names_cost_little_more_than_five(world: World) -> None:
    scopes = [f"repository:nobody/n{number}:pull" for number in range(50)]
    with CaptureQueriesContext(connection) as asked:
        ask_lane(QUERY_STRING=f"service={SERVICE}&scope={'&scope='.join(scopes)}")
    assert len(asked) <= 5 * 4 + 2


@pytest.mark.parametrize("who", ["anonymous", "bob"])
@pytest.mark.parametrize("service", [SERVICE, "west.test"])
def test_a_hidden_name_costs_as_much_as_one_that_is_not_there(
    world: World, client: Client, who: str, service: str
) -> None:
    Registry.objects.filter(pk=world.west.pk).update(service="west.test")
    get_token(client, user=world.person(who), service=service)  # what is remembered of a service
    asked = []
    for name in ("acme/app", "acme/nope"):
        with CaptureQueriesContext(connection) as found:
            scope = f"repository:{name}:pull"
            get_token(client, scope, user=world.person(who), service=service)
        asked.append(len(found))
    assert asked[0] == asked[1]


def test_a_password_that_is_changed_while_it_is_hashed_gives_no_lasting_token(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = User.check_password
    with time_machine.travel("2026-06-01 12:00:00Z", tick=False) as clock:

        def slow(user: User, password: str) -> bool:
            end_registry_tokens(User.objects.get(pk=user.pk))  # what a new password does
            clock.shift(2)
            return right(user, password)

        monkeypatch.setattr(User, "check_password", slow)
        token = token_for(client, APP, user=world.mia)
    with time_machine.travel("2026-06-01 12:00:10Z"):
        refused = ask_route(client, "GET", "/v2/acme/app/tags/list", token=token)
    assert refused["X-Waybill-Refusal-Status"] == "401"


def test_a_header_that_cannot_be_read_is_nobody_s_and_not_anonymous(world: World) -> None:
    """The app server hands a header with a byte beyond ASCII on as empty."""
    status, _, _ = ask_lane(QUERY_STRING=f"service={SERVICE}", HTTP_AUTHORIZATION="")
    assert status[:3] == "401"


def test_the_first_token_of_a_docker_login_ends_with_the_login(
    world: World, client: Client
) -> None:
    answer = get_token(client, APP, user=world.mia, offline_token="true")
    token = answer.json()["token"]
    tags = "/v2/acme/app/tags/list"
    assert ask_route(client, "GET", tags, token=token).status_code == 204
    end_machine(RefreshToken.objects.get(), by=Principal(world.mia))
    assert ask_route(client, "GET", tags, token=token).status_code == 403


def test_who_ended_all_tokens_this_second_gets_one_that_counts(
    world: World, client: Client
) -> None:
    with time_machine.travel("2026-06-01 12:00:00.5Z", tick=False):
        before = token_for(client, APP, user=world.mia)
        end_registry_tokens(world.mia)
        after = token_for(client, APP, user=world.mia)
        again = token_for(client, APP, user=world.mia)
    with time_machine.travel("2026-06-01 12:00:02Z"):
        tags = "/v2/acme/app/tags/list"
        told = [ask_route(client, "GET", tags, token=each) for each in (before, after, again)]
    assert [answer.status_code for answer in told] == [403, 204, 204]
