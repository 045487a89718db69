"""Parts that fail: clients are told to try again, and are never let in (case 31)."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from launcher.services import APP_SERVERS
from tests.e2e.backstage import Backstage
from tests.e2e.people import People, Person
from tests.e2e.processes import kill, standing_still
from tests.e2e.setup import Setup
from tests.e2e.stack import Stack
from tests.e2e.wire import MANIFEST_TYPES, Answer, Wire, basic
from tests.waiting import eventually

TAGS = """
from index.models import Tag
answer = list(Tag.objects.filter(repository__name=name).values_list("name", flat=True))
"""


@pytest.fixture
def pull(alice: Person, wire: Wire) -> tuple[str, dict[str, str]]:
    """A request for a manifest, with a token that is good for it."""
    alice.push_image("app")
    name = f"{alice.name}/app"
    headers = wire.bearer(alice, f"repository:{name}:pull") | {"Accept": MANIFEST_TYPES}
    return f"/v2/{name}/manifests/1.0", headers


def assert_try_again(answer: Answer) -> None:
    assert (answer.status, answer.code) == (503, "UNAVAILABLE")
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers.get("Docker-Content-Digest") is None


def test_an_index_that_crashed_lets_nobody_in_and_comes_back(
    stack: Stack, wire: Wire, pull: tuple[str, dict[str, str]]
) -> None:
    old = {name: kill(stack, name) for name in APP_SERVERS}
    assert_try_again(wire.ask("GET", *pull))
    assert_try_again(wire.ask("GET", "/token"))
    wrong = {"Authorization": basic("nobody99", "a river")}
    assert_try_again(wire.ask("GET", "/token", wrong))
    assert wire.ask("GET", "/").status == 503
    eventually(lambda: all(stack.pid(name) != old[name] for name in APP_SERVERS))
    eventually(lambda: wire.ask("GET", *pull).status == 200)
    eventually(lambda: wire.ask("GET", "/").status == 200)
    eventually(lambda: wire.ask("GET", f"/token?service={stack.host}", wrong).status == 401)


def test_app_servers_fail_one_by_one(stack: Stack, wire: Wire, alice: Person) -> None:
    """What one of them does not do goes on while it stands still."""
    page, signed = "/healthz", f"/token?service={stack.host}"
    own_password = {"Authorization": basic(alice.name, alice.password)}
    with standing_still(stack, "web", "passwords"):
        assert wire.ask("GET", signed).status == 200
        assert wire.ask("GET", "/v2/").status == 401
    with standing_still(stack, "tokens", "web"):
        assert wire.ask("GET", signed, own_password).status == 200
    with standing_still(stack, "tokens", "passwords"):
        assert wire.ask("GET", page).status == 200
    with standing_still(stack, "web"):  # the lane hands it on: nginx cannot look into a form
        form = {"grant_type": "password", "username": alice.name, "password": alice.password}
        body = urlencode(form | {"service": stack.host, "client_id": "e2e"}).encode()
        of_form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert wire.ask("POST", "/token", of_form, body).status == 200


def test_a_registry_that_crashed_is_named_unavailable_and_comes_back(
    stack: Stack, wire: Wire, pull: tuple[str, dict[str, str]]
) -> None:
    old = kill(stack, "east")
    assert_try_again(wire.ask("GET", *pull))
    eventually(lambda: stack.pid("east") != old)
    eventually(lambda: wire.ask("GET", *pull).status == 200)


def test_login_works_while_the_cache_is_away_and_guesses_are_still_counted(
    people: People, stack: Stack, wire: Wire
) -> None:
    clara = people.make("clara")
    right = {"Authorization": basic(clara.name, clara.password)}
    wrong = {"Authorization": basic(clara.name, "a wrong guess")}
    with standing_still(stack, "redis"):
        url = f"/token?service={stack.host}"
        assert wire.ask("GET", url, right).status == 200
        assert {wire.ask("GET", url, wrong).status for _ in range(40)} == {401, 429}


def test_login_works_while_no_registry_does(alice: Person, stack: Stack) -> None:
    alice.docker("logout", alice.host)
    with standing_still(stack, "east", "west"):
        assert "Login Succeeded" in alice.login()
        alice.docker("search", f"{alice.host}/anything")


def test_one_registry_that_fails_leaves_the_other_alone(
    alice: Person, setup: Setup, stack: Stack
) -> None:
    setup.place(f"{alice.name}/far", on="west")
    with standing_still(stack, "east"):
        alice.push_image("far")


def test_a_push_goes_on_where_the_queue_is_away(
    alice: Person, stack: Stack, backstage: Backstage
) -> None:
    """What a registry tells is in the database before anyone is asked to work on it."""
    with standing_still(stack, "worker"):
        alice.push_image("app")
        assert backstage.run(TAGS, name=f"{alice.name}/app") == []
    eventually(lambda: backstage.run(TAGS, name=f"{alice.name}/app") == ["1.0"], within=30)
