"""Password, e-mail addresses and second factors over the REST API: as on the pages."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.second_factors import SECRET, set_up_app
from tests.accounts.test_signup import CODE
from tests.clients import basic, confirm, get_token
from tests.conftest import World
from tests.factories import PASSWORD
from tokenauth.models import RefreshToken

JSON = "application/json"
NEW = "another quiet river"


@pytest.fixture
def alice(world: World, client: Client) -> Client:
    """A browser of alice, confirmed a moment ago."""
    client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    return confirm(client)


def change(client: Client, current: str = PASSWORD, new: str = NEW) -> Any:
    """Change the password."""
    body = {"current_password": current, "new_password": new}
    return client.post("/api/v1/user/password", body, JSON)


def mailed_code(address: str) -> str:
    """The code that went there."""
    found = CODE.search("\n".join(str(one.body) for one in mail.outbox if one.to == [address]))
    assert found
    return found[1]


def test_a_new_password_ends_other_sessions_and_machines_and_is_told(
    world: World, alice: Client
) -> None:
    get_token(Client(), user=world.alice, offline_token="true")
    there = Client()
    there.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert change(alice).status_code == 204
    assert User.objects.get(username="alice").check_password(NEW)
    assert alice.get("/api/v1/user").status_code == 200
    assert there.get("/api/v1/user").status_code == 401
    assert not RefreshToken.objects.usable().exists()
    assert "password of your account was changed" in str(mail.outbox[-1].body)


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [("wrong river", NEW, "current_password"), (PASSWORD, "short", "new_password")],
)
def test_a_password_that_breaks_a_rule_changes_nothing(
    world: World, alice: Client, current: str, new: str, field: str
) -> None:
    answer = change(alice, current, new)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert User.objects.get(username="alice").check_password(PASSWORD)


def test_guessing_the_password_in_a_stolen_session_ends_soon(world: World, alice: Client) -> None:
    assert [change(alice, "wrong").status_code for _ in range(6)] == [400] * 5 + [429]
    assert change(alice).status_code == 429


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/v1/user/password"),
        ("post", "/api/v1/user/addresses"),
        ("post", "/api/v1/user/addresses/verify"),
        ("delete", "/api/v1/user/addresses/{address}"),
        ("post", "/api/v1/user/addresses/{address}/primary"),
        ("delete", "/api/v1/user/second-factors/{factor}"),
    ],
)
def test_each_change_wants_a_session_that_was_confirmed_lately(
    world: World, client: Client, method: str, path: str
) -> None:
    address = EmailAddress.objects.create(user=world.alice, email="b@example.com", verified=True)
    path = path.format(address=address.pk, factor=set_up_app(world.alice).pk)
    client.force_login(world.alice)
    body = {"email": "c@example.com", "current_password": PASSWORD, "new_password": NEW}
    assert getattr(client, method)(path, body, JSON).status_code == 403
    password = {"Authorization": basic("alice")}
    assert getattr(Client(), method)(path, body, JSON, headers=password).status_code in {401, 403}
    assert EmailAddress.objects.filter(user=world.alice).count() == 2
    assert Authenticator.objects.filter(user=world.alice, type="totp").exists()


def test_an_address_counts_after_its_code_and_the_old_one_is_told(
    world: World, alice: Client
) -> None:
    body = {"email": "second@example.com"}
    assert alice.post("/api/v1/user/addresses", body, JSON).status_code == 202
    assert not EmailAddress.objects.filter(email="second@example.com", verified=True).exists()
    code = {"code": mailed_code("second@example.com")}
    made = alice.post("/api/v1/user/addresses/verify", code, JSON).json()
    assert made["verified"]
    assert not made["primary"]
    answer = alice.post(f"/api/v1/user/addresses/{made['id']}/primary")
    assert answer.json()["primary"]
    assert User.objects.get(username="alice").email == "second@example.com"
    assert sum(one.to == ["alice@example.com"] for one in mail.outbox) == 2


def test_three_wrong_codes_end_it(world: World, alice: Client) -> None:
    alice.post("/api/v1/user/addresses", {"email": "second@example.com"}, JSON)
    statuses = [
        alice.post("/api/v1/user/addresses/verify", {"code": "AAAA-AAAA"}, JSON).status_code
        for _ in range(4)
    ]
    assert statuses == [400, 400, 400, 409]
    assert not EmailAddress.objects.filter(email="second@example.com", verified=True).exists()


def test_anothers_address_is_answered_alike_and_gets_no_code(world: World, alice: Client) -> None:
    known = alice.post("/api/v1/user/addresses", {"email": "bobby@example.com"}, JSON)
    new = alice.post("/api/v1/user/addresses", {"email": "new@example.com"}, JSON)
    assert (known.status_code, known.content) == (new.status_code, new.content)
    told = next(one for one in mail.outbox if one.to == ["bobby@example.com"])
    assert not CODE.search(str(told.body))


def test_the_primary_address_stays_and_those_of_others_are_404(world: World, alice: Client) -> None:
    own = EmailAddress.objects.get(user=world.alice)
    other = EmailAddress.objects.create(user=world.bob, email="b@example.com", verified=True)
    assert alice.delete(f"/api/v1/user/addresses/{own.pk}").status_code == 409
    assert alice.delete(f"/api/v1/user/addresses/{other.pk}").status_code == 404
    assert alice.post(f"/api/v1/user/addresses/{other.pk}/primary").status_code == 404
    assert EmailAddress.objects.filter(user=world.bob, primary=True).get().email != other.email


def test_an_unproven_address_does_not_become_the_primary_one(world: World, alice: Client) -> None:
    waiting = EmailAddress.objects.create(user=world.alice, email="b@example.com", verified=False)
    assert alice.post(f"/api/v1/user/addresses/{waiting.pk}/primary").status_code == 409
    assert alice.delete(f"/api/v1/user/addresses/{waiting.pk}").status_code == 204


def test_second_factors_are_listed_without_secrets_and_removed(world: World, alice: Client) -> None:
    factor = set_up_app(world.alice)
    answer = alice.get("/api/v1/user/second-factors")
    assert {one["type"] for one in answer.json()["results"]} == {"totp", "recovery_codes"}
    assert SECRET not in answer.content.decode()
    assert "data" not in answer.json()["results"][0]
    assert alice.delete(f"/api/v1/user/second-factors/{factor.pk}").status_code == 204
    assert not Authenticator.objects.filter(user=world.alice).exists()
    assert "switched off" in str(mail.outbox[-1].body)


def test_factors_of_others_and_demanded_ones_stay(world: World, client: Client) -> None:
    world.acme.requires_second_factor = True
    world.acme.save()
    his, hers = set_up_app(world.bob), set_up_app(world.mia)
    client.force_login(world.mia)
    confirm(client)
    assert client.delete(f"/api/v1/user/second-factors/{his.pk}").status_code == 404
    answer = client.delete(f"/api/v1/user/second-factors/{hers.pk}")
    assert answer.status_code == 409
    assert "Add another one first" in answer.json()["detail"]
    assert Authenticator.objects.filter(type="totp").count() == 2
