"""POST /token, as docker with an identity token, containerd, podman and oras use it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.flows.change_credentials import change_credentials
from accounts.models import User
from tests.clients import basic, claims_of, get_token, granted
from tests.conftest import World
from tests.factories import PASSWORD, SERVICE
from tokenauth import refresh
from tokenauth.errors import InvalidGrant
from tokenauth.models import RefreshToken
from tokenauth.refresh import issue_refresh_token

NEW = "another quiet river"
FORM = "application/x-www-form-urlencoded"


def post(client: Client, *, content_type: str = FORM, **form: Any) -> Any:
    """POST a form as OAuth2 wants it."""
    from urllib.parse import urlencode

    body = urlencode({"service": SERVICE, "client_id": "docker"} | form, doseq=True)
    return client.post("/token", body, content_type=content_type)


@pytest.fixture
def refresh_token(world: World, client: Client) -> str:
    """A `docker login` of alice."""
    body = get_token(client, user=world.alice, offline_token="true", client_id="docker").json()
    return str(body["refresh_token"])


def use(client: Client, refresh_token: str, **form: Any) -> Any:
    """Use a refresh token."""
    return post(client, grant_type="refresh_token", refresh_token=refresh_token, **form)


def test_a_refresh_token_gets_access_tokens_and_comes_back_unchanged(
    world: World, client: Client, refresh_token: str
) -> None:
    response = use(client, refresh_token, scope="repository:alice/priv:pull,push")
    assert granted(response) == {"alice/priv": ["pull", "push"]}
    assert response.json()["refresh_token"] == refresh_token
    assert response.json()["scope"] == "repository:alice/priv:pull,push"


def test_charset_in_the_content_type_is_fine(
    world: World, client: Client, refresh_token: str
) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    assert post(client, content_type=f"{FORM}; charset=utf-8", **form).status_code == 200


def test_scopes_may_be_repeated_or_joined_by_spaces(
    world: World, client: Client, refresh_token: str
) -> None:
    repeated = use(
        client,
        refresh_token,
        scope=["repository:alice/pub:pull", "repository:alice/pub:pull,push"],
    )
    joined = use(
        client, refresh_token, scope="repository:alice/pub:pull repository:alice/pub:pull,push"
    )
    assert granted(repeated) == granted(joined) == {"alice/pub": ["pull", "push"]}


def test_a_password_grant_gives_a_refresh_token_only_when_offline_is_asked(
    world: World, client: Client
) -> None:
    form = {"grant_type": "password", "username": "alice", "password": PASSWORD}
    assert "refresh_token" not in post(client, **form).json()
    assert post(client, **form, access_type="offline").json()["refresh_token"]


def test_a_wrong_password_is_401(world: World, client: Client) -> None:
    response = post(client, grant_type="password", username="alice", password="wrong one")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_grant")


@pytest.mark.parametrize("grant_type", ["", "authorization_code", "none", "PASSWORD"])
def test_other_grants_are_unsupported(world: World, client: Client, grant_type: str) -> None:
    response = post(client, grant_type=grant_type)
    assert (response.status_code, response.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", "text/plain"])
def test_other_content_types_are_refused(world: World, client: Client, content_type: str) -> None:
    assert client.post("/token", b"{}", content_type=content_type).status_code == 400


def test_a_parameter_given_twice_is_refused(world: World, client: Client) -> None:
    assert post(client, grant_type=["password", "refresh_token"]).status_code == 400


def test_a_refresh_token_is_good_for_its_service_alone(
    world: World, client: Client, refresh_token: str
) -> None:
    world.west.service = "west.test"
    world.west.save()
    response = use(client, refresh_token, service="west.test")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_grant")


def test_a_refresh_token_serves_as_basic_without_a_user_name(
    world: World, client: Client, refresh_token: str
) -> None:
    for login in ("", "<token>"):
        response = client.get(
            "/token",
            {"service": SERVICE},
            headers={"Authorization": basic(login, refresh_token)},
        )
        machine = RefreshToken.objects.get(user=world.alice).pk
        assert claims_of(response)["sub"] == f"user:{world.alice.pk}/machine:{machine}"


def _revoke(user: User) -> None:
    RefreshToken.objects.filter(user=user).update(revoked_at=timezone.now())


def _disable(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("end", [_revoke, _disable])
def test_a_revoked_token_and_one_of_a_disabled_user_are_refused(
    world: World, client: Client, refresh_token: str, end: Any
) -> None:
    end(world.alice)
    assert use(client, refresh_token).status_code == 401


@pytest.mark.parametrize(("days", "status"), [(29, 200), (31, 401)])
def test_a_refresh_token_ends_when_it_is_idle(
    world: World, client: Client, refresh_token: str, days: int, status: int
) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        assert use(client, refresh_token).status_code == status


def test_a_refresh_token_in_use_lives_on_until_its_absolute_end(
    world: World, client: Client, refresh_token: str
) -> None:
    start = timezone.now()
    for days, status in ((25, 200), (50, 200), (75, 200), (91, 401)):
        with time_machine.travel(start + timedelta(days=days)):
            assert use(client, refresh_token).status_code == status


def test_a_new_password_ends_every_docker_login(
    world: World, client: Client, refresh_token: str
) -> None:
    client.force_login(world.alice)
    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
    )
    assert use(Client(), refresh_token).status_code == 401


def test_the_database_holds_no_usable_refresh_token(
    world: World, client: Client, refresh_token: str
) -> None:
    row = RefreshToken.objects.get()
    secret = refresh_token.rpartition("_")[2]
    kept = " ".join(str(getattr(row, field.attname)) for field in row._meta.concrete_fields)
    assert secret not in kept


@pytest.mark.parametrize("value", ["", "wbr_a_b", "x" * 500, "wbr_é_ü", "wbr__"])
def test_nonsense_is_not_a_refresh_token(world: World, client: Client, value: str) -> None:
    assert use(client, value).status_code in {401, 400}


def test_a_login_begun_with_the_old_password_outlives_it_not(world: World, client: Client) -> None:
    """Who logs in again and again with a stolen password must not have one that is left over."""
    before = User.objects.get(pk=world.alice.pk)  # as the check of the password saw the account
    change_credentials(world.alice, email=None, password=NEW)
    with pytest.raises(InvalidGrant):
        issue_refresh_token(before, service=SERVICE, client_id="docker", address="192.0.2.1")
    User.objects.filter(pk=world.bob.pk).update(is_active=False)
    with pytest.raises(InvalidGrant):
        issue_refresh_token(world.bob, service=SERVICE, client_id="docker", address="192.0.2.1")
    assert not RefreshToken.objects.exists()


def log_in(user: User) -> str:
    login = issue_refresh_token(user, service=SERVICE, client_id="docker", address="192.0.2.1")
    return login.value


def test_of_too_many_logins_the_least_recently_used_ends(
    world: World, client: Client, refresh_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each `docker login` is a row: whoever has the password must not fill the table with them."""
    monkeypatch.setattr("tokenauth.refresh.LOGINS_AT_MOST", 3)
    bobs = get_token(client, user=world.bob, offline_token="true").json()["refresh_token"]
    unused, *later = [log_in(world.alice) for _ in range(2)]
    soon = timezone.now() + timedelta(hours=2)
    with time_machine.travel(soon):
        assert use(client, refresh_token).status_code == 200  # the oldest, and in use
        later.append(log_in(world.alice))
        assert use(client, unused).status_code == 401
        for kept in (refresh_token, *later, bobs):
            assert use(client, kept).status_code == 200
    usable = RefreshToken.objects.usable().filter(user=world.alice)
    assert usable.count() == refresh.LOGINS_AT_MOST
