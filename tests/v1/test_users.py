"""/v1/users/: what docker login once was."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.errors import PasswordRefused
from accounts.flows.change_credentials import change_credentials
from accounts.limits import SIGNUPS
from accounts.models import DirectoryAccount, Namespace, User
from tests.clients import basic, get_token
from tests.conftest import World
from tests.factories import PASSWORD
from tests.v1.calls import call

NEW = {"username": "nina", "email": "nina@example.com", "password": "nine lives or so"}


def sign_up(client: Client, **changes: object) -> Any:
    return call(client, "POST", "users/", body={**NEW, **changes})


def test_the_right_password_is_ok(world: World, client: Client) -> None:
    for path in ("users/", "users"):
        response = call(client, "GET", path, user=world.alice)
        assert (response.status_code, response.content) == (200, b'"OK"')


@pytest.mark.parametrize("login", ["alice", "nobody", "dave", "newt", "a\0b"])
def test_a_wrong_password_is_answered_alike_for_every_account(
    world: World, client: Client, login: str
) -> None:
    header = basic(login, "not the password")
    response = client.get("/v1/users/", headers={"Authorization": header})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Basic realm="auth required",Token'
    assert "wrong user name or password" in response.json()["error"]


def test_an_unverified_account_is_told_what_to_do(world: World, client: Client) -> None:
    response = call(client, "GET", "users/", user=world.newt)
    assert response.status_code == 403
    assert "Account is not Active" in response.json()["error"]
    assert "http://index.test/accounts/login/" in response.json()["error"]


def test_a_disabled_account_is_told_so(world: World, client: Client) -> None:
    assert call(client, "GET", "users/", user=world.dave).status_code == 403


def test_guessing_is_throttled(world: World, client: Client) -> None:
    headers = {"Authorization": basic("alice", "not the password")}
    answers = [client.get("/v1/users/", headers=headers) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1]["Retry-After"] == "300"


def test_signing_up_creates_an_account_that_waits_for_verification(
    world: World, client: Client
) -> None:
    response = sign_up(client)
    assert (response.status_code, response.content) == (201, b'"User Created"')
    assert Namespace.objects.get(name="nina").user == User.objects.get(username="nina")
    header = basic("nina", NEW["password"])
    assert client.get("/v1/users/", headers={"Authorization": header}).status_code == 403


@pytest.mark.parametrize("name", ["alice", "acme"])
def test_a_taken_name_is_answered_with_the_words_docker_compares(
    world: World, client: Client, name: str
) -> None:
    response = sign_up(client, username=name)
    assert response.status_code == 400
    assert response.content == b'"Username or email already exists"'


@pytest.mark.parametrize(
    "changes",
    [
        {"username": "ab"},
        {"username": "with_underscore"},
        {"username": "library"},
        {"username": "Nina"},
        {"username": "nina\n"},
        {"username": None},
        {"username": 5},
        {"email": "nowhere"},
        {"email": f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}"},
        {"email": ["x"]},
        {"password": "short"},
        {"password": "password1"},
        {"password": "p" * 5_000},
        {"password": "nul\0nul\0nul"},
        {"password": "half \ud800 a pair"},
        {"password": {"deep": [[[[]]]]}},
    ],
    ids=str,
)
def test_fields_that_break_a_rule_are_answered_with_the_rule(
    world: World, client: Client, changes: dict[str, object]
) -> None:
    before = User.objects.count()
    response = sign_up(client, **changes)
    assert response.status_code == 400
    assert response.json() != "Username or email already exists"
    assert User.objects.count() == before


def test_sign_ups_from_one_network_are_limited_but_not_logins_by_post(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = type(SIGNUPS)(SIGNUPS.name, 1, SIGNUPS.seconds)
    monkeypatch.setattr("accounts.flows.signup.SIGNUPS", limit)
    assert sign_up(client).status_code == 201
    refused = sign_up(client, username="nora")
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert sign_up(client).content == b'"Username or email already exists"'


def test_one_changes_ones_own_password(world: World, client: Client) -> None:
    refresh = get_token(client, user=world.alice, offline_token="true").json()["refresh_token"]
    body = {"password": "another quiet river"}
    assert call(client, "PUT", "users/alice/", user=world.alice, body=body).status_code == 204
    world.alice.refresh_from_db()
    assert world.alice.check_password("another quiet river")
    form = {"grant_type": "refresh_token", "refresh_token": refresh, "service": "index.test"}
    assert client.post("/token", _encoded(form), FORM).status_code == 401
    assert [message.to for message in mail.outbox] == [["alice@example.com"]]


def test_a_new_address_waits_for_verification_and_replaces_the_one_that_waited(
    world: World, client: Client
) -> None:
    for address in ("first@example.com", "Second@example.com"):
        body = {"email": address}
        assert call(client, "PUT", "users/alice", user=world.alice, body=body).status_code == 204
    addresses = EmailAddress.objects.filter(user=world.alice).order_by("pk")
    assert list(addresses.values_list("email", "verified", "primary")) == [
        ("alice@example.com", True, True),
        ("second@example.com", False, False),
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ([], 400),
        ({"password": "short"}, 400),
        ({"password": "another quiet river", "email": "nowhere"}, 400),
        ({"password": "short", "email": "new@example.com"}, 400),
    ],
    ids=str,
)
def test_a_refused_change_changes_nothing(
    world: World, client: Client, body: object, status: int
) -> None:
    assert call(client, "PUT", "users/alice/", user=world.alice, body=body).status_code == status
    _assert_unchanged(world.alice)


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_the_account_of_another_is_out_of_reach_whether_it_exists_or_not(
    world: World, client: Client, name: str
) -> None:
    body = {"password": "another quiet river"}
    assert call(client, "PUT", f"users/{name}/", user=world.bob, body=body).status_code == 403
    _assert_unchanged(world.alice)


@pytest.mark.parametrize("header", ["", "Basic Og==", basic("alice", "not the password")])
def test_a_401_has_changed_nothing(world: World, client: Client, header: str) -> None:
    """F18: docker-index said 401 and changed the password."""
    response = client.put(
        "/v1/users/alice/",
        {"password": "another quiet river", "email": "thief@example.com"},
        "application/json",
        headers={"Authorization": header},
    )
    assert response.status_code == 401
    _assert_unchanged(world.alice)


def test_a_password_of_the_directory_gets_no_twin_here(world: World) -> None:
    """It would open the account on the day on which the directory is switched off."""
    DirectoryAccount.objects.create(
        user=world.alice, key="k", login="alice", checked_at=timezone.now()
    )
    with pytest.raises(PasswordRefused, match="directory"):
        change_credentials(world.alice, email=None, password="another quiet river")
    _assert_unchanged(world.alice)


@pytest.mark.parametrize("path", ["/v1/_ping", "/_ping", "/v1/_ping/"])
def test_the_ping_says_that_registries_stand_elsewhere(client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.json()) == (200, {"standalone": False})
    assert response["X-Docker-Registry-Version"] == "0.9.1"
    assert response["X-Docker-Registry-Standalone"] == "false"


FORM = "application/x-www-form-urlencoded"


def _encoded(form: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in form.items())


def _assert_unchanged(user: User) -> None:
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert EmailAddress.objects.filter(user=user).count() == 1
    assert not mail.outbox
