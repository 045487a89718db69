"""Registry tokens end with the password, with their docker login, and with whatever ends both (case 17)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from accounts.flows import manage_people
from accounts.flows.end_sessions import log_out_everywhere
from accounts.flows.end_tokens import counts_still, end_registry_tokens
from accounts.models import User
from accounts.principals import Principal
from index.flows.close_account import close_account
from index.subjects import principal_from_subject
from tests.accounts.second_factors import code_of
from tests.clients import ask_route, basic, confirm, get_token, token_for
from tests.conftest import World
from tests.factories import PASSWORD
from tests.machines import make_token
from tests.v1.calls import call, read_token
from tokenauth.machines import end_machine
from tokenauth.models import RefreshToken

NEW = "another quiet river"
NOW = datetime.now(UTC).replace(microsecond=400_000)
READ = ("GET", "/v2/alice/priv/manifests/latest")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return confirm(client)


def change_in_page(world: World) -> None:
    words = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert browser(world.alice).post("/accounts/password/change/", words).status_code == 302


def change_by_api(world: World) -> None:
    words = {"current_password": PASSWORD, "new_password": NEW}
    sent = browser(world.alice).post("/api/v1/user/password", words, "application/json")
    assert sent.status_code == 204


def change_by_v1(world: World) -> None:
    header = {"Authorization": basic("alice")}
    client, path = Client(), "/v1/users/alice/"
    body = f'{{"password": "{NEW}"}}'
    assert client.put(path, body, "application/json", headers=header).status_code == 204


def reset_by_mail(world: World) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    found = re.search(r"(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert found
    form = client.get(found[1], follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})


def change_on_the_server(world: World) -> None:
    world.alice.refresh_from_db()
    world.alice.set_password(NEW)  # what `manage.py changepassword` does
    world.alice.save()


def log_out(world: World) -> None:
    log_out_everywhere(world.alice, by=Principal(world.alice))


def disable_and_enable(world: World) -> None:
    manage_people.disable(world.alice, by=Principal(world.root), reason="lost laptop")
    manage_people.enable(world.alice, by=Principal(world.root), reason="found")


def lose_the_second_factor(world: World) -> None:
    manage_people.reset_second_factor(world.alice, by=Principal(world.root), reason="lost phone")


def set_up_a_second_factor(world: World) -> None:
    client = browser(world.alice)
    page = client.get("/accounts/2fa/totp/activate/").content.decode().replace("<wbr>", "")
    seed = re.search(r'id="totp-secret"[^>]*>([A-Z2-7 ]+)<', page)
    assert seed
    code = code_of(seed[1].replace(" ", ""))
    assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302


ENDS = [
    change_in_page, change_by_api, change_by_v1, reset_by_mail, change_on_the_server, log_out,
    disable_and_enable, lose_the_second_factor, set_up_a_second_factor,
]  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_docker_logins_ends_tokens_of_the_same_second_too(
    world: World, client: Client, end: Callable[[World], None]
) -> None:
    scopes = ("repository:alice/priv:pull", "registry:catalog:search")
    with time_machine.travel(NOW, tick=False) as clock:
        token = token_for(client, *scopes, user=world.alice)
        narrow = make_token(world.alice).value
        header = {"Authorization": basic("alice", narrow)}
        query = {"service": "index.test", "scope": list(scopes)}
        other = client.get("/token", query, headers=header).json()["token"]
        assert ask_route(client, *READ, token=token).status_code == 204
        end(world)
        for one in (token, other):
            assert ask_route(client, *READ, token=one).status_code == 403
            bearer = {"Authorization": f"Bearer {one}"}
            assert client.get("/v1/search", {"q": "priv"}, headers=bearer).status_code == 401
        clock.move_to(NOW + timedelta(seconds=1))
        again = client.get("/token", query, headers=header).json()["token"]
        assert ask_route(client, *READ, token=again).status_code == 204


def test_a_v1_token_ends_with_the_password(world: World, client: Client) -> None:
    token = read_token(client, "alice/priv", user=world.alice)
    change_by_api(world)
    assert call(client, "GET", "repositories/alice/priv/images", token=token).status_code == 401


def test_a_closed_account_has_no_token(world: World, client: Client) -> None:
    token = token_for(client, "repository:acme/app:pull", user=world.rita)
    close_account(by=Principal(world.rita), typed="rita")
    world.rita.refresh_from_db()
    assert world.rita.tokens_not_before is not None
    route = ask_route(client, "GET", "/v2/acme/app/manifests/latest", token=token)
    assert route.status_code == 403


def test_a_hash_that_is_made_anew_ends_nothing(world: World, client: Client, settings: Any) -> None:
    get_token(client, user=world.alice, offline_token="true")
    of_today = "django.contrib.auth.hashers.Argon2PasswordHasher"
    settings.PASSWORD_HASHERS = [of_today, *settings.PASSWORD_HASHERS]
    assert world.alice.check_password(PASSWORD)
    world.alice.refresh_from_db()
    assert world.alice.password.startswith("argon2")
    assert world.alice.tokens_not_before is None
    assert RefreshToken.objects.usable().exists()


def test_others_keep_what_they_have(world: World, client: Client) -> None:
    token = token_for(client, "repository:acme/app:pull", user=world.rita)
    end_registry_tokens(world.alice)
    route = ask_route(client, "GET", "/v2/acme/app/manifests/latest", token=token)
    assert route.status_code == 204


def test_a_token_counts_from_the_next_second_on(world: World) -> None:
    with time_machine.travel(NOW, tick=False):
        assert counts_still(world.alice, issued_at=0)
        end_registry_tokens(world.alice)
    subject, second = f"user:{world.alice.pk}", int(NOW.timestamp())
    moments = range(second - 1, second + 3)
    assert [counts_still(world.alice, issued_at=iat) for iat in moments] == [
        False,
        False,
        True,
        True,
    ]
    found = [principal_from_subject(subject, issued_at=iat) for iat in moments]
    assert [bool(one) for one in found] == [False, False, True, True]
    assert principal_from_subject(subject)  # where nothing was issued: the actor of an event


@pytest.fixture
def machine(world: World, client: Client) -> RefreshToken:
    """The docker login of alice."""
    get_token(client, user=world.alice, offline_token="true")
    return RefreshToken.objects.get()


def test_what_a_docker_login_got_ends_with_it(
    world: World, client: Client, machine: RefreshToken
) -> None:
    subject, via = f"user:{world.alice.pk}", f"machine:{machine.pk}"
    found = principal_from_subject(subject, via)
    assert found
    assert (found.user, found.credential) == (world.alice, via)
    end_machine(machine, by=Principal(world.alice))
    assert principal_from_subject(subject, via) is None
    assert principal_from_subject(subject)


def test_a_docker_login_proves_nobody_else(world: World, machine: RefreshToken) -> None:
    assert principal_from_subject(f"user:{world.bob.pk}", f"machine:{machine.pk}") is None
    assert principal_from_subject(f"robot:{world.alice.pk}", f"machine:{machine.pk}") is None
    assert principal_from_subject(f"user:{world.alice.pk}", f"machine:{machine.pk + 1}") is None
    assert principal_from_subject(f"user:{world.alice.pk}", f"paper:{machine.pk}") is None


@pytest.mark.parametrize("days", [31, 91])
def test_an_idle_docker_login_proves_nobody(world: World, machine: RefreshToken, days: int) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
        found = principal_from_subject(f"user:{world.alice.pk}", f"machine:{machine.pk}")
        assert found is None


def test_the_gateway_refuses_what_an_ended_docker_login_had_got(
    world: World, client: Client
) -> None:
    got = get_token(client, user=world.alice, offline_token="true").json()["refresh_token"]
    header = {"Authorization": basic("", got)}
    query = {"service": "index.test", "scope": "repository:alice/priv:pull"}
    token = client.get("/token", query, headers=header).json()["token"]
    assert ask_route(client, *READ, token=token).status_code == 204
    end_machine(RefreshToken.objects.get(), by=Principal(world.alice))
    assert ask_route(client, *READ, token=token).status_code == 403
