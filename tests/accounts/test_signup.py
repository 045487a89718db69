"""Signing up, verifying, logging in: through the pages, as a newcomer does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.errors import EmailRefused, NameTaken, PasswordRefused
from accounts.flows.signup import create_user
from accounts.models import Namespace, User
from tests.conftest import World
from tests.factories import PASSWORD

CODE = re.compile(r"^\s*([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\s*$", re.MULTILINE)


def _form(username: str, email: str) -> dict[str, str]:
    return {"username": username, "email": email, "password1": PASSWORD}


def _masked(response: Any, username: str, mailbox: str) -> str:
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return str(text.replace(username, "NAME").replace(mailbox, "NAME"))


def sign_up(client: Client, username: str = "newcomer", **changes: str) -> int:
    """Send the form."""
    form = {"username": username, "email": f"{username}@example.com", "password1": PASSWORD}
    return client.post("/accounts/signup/", form | changes).status_code


@pytest.mark.django_db
def test_an_account_comes_with_its_namespace_and_a_code_by_mail(client: Client) -> None:
    assert sign_up(client) == 302
    assert Namespace.objects.get(name="newcomer").user == User.objects.get(username="newcomer")
    assert mail.outbox[0].to == ["newcomer@example.com"]


@pytest.mark.django_db
def test_the_code_from_the_mail_verifies_and_logs_in(client: Client) -> None:
    sign_up(client)
    code = CODE.search(str(mail.outbox[0].body))
    assert code
    client.post("/accounts/confirm-email/", {"code": code[1]})
    assert User.objects.get(username="newcomer").is_verified
    assert "_auth_user_id" in client.session


@pytest.mark.django_db
def test_an_unverified_account_cannot_log_in_and_is_sent_to_the_code(client: Client) -> None:
    sign_up(client)
    other = Client()
    response = other.post("/accounts/login/", {"login": "newcomer", "password": PASSWORD})
    assert response.headers["Location"].startswith("/accounts/confirm-email/")
    assert "_auth_user_id" not in other.session


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["Alice", "abc", "al-ice", "admin", "a" * 31, "library"])
def test_a_name_outside_the_rules_is_refused_and_stores_nothing(
    client: Client, username: str
) -> None:
    assert sign_up(client, username, email="x@example.com") == 200
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "password1", "qwertyuiop", "newcomer1"])
def test_a_weak_password_is_refused(client: Client, password: str) -> None:
    assert sign_up(client, password1=password) == 200
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["x" * 64 + "y", "a b c d e f", "päss wörd ☃", "with:colon"])
def test_long_spaced_and_foreign_passwords_work(db: None, password: str) -> None:
    user = create_user(username="newcomer", email="n@example.com", password=password)
    assert user.check_password(password)


def test_a_megabyte_of_password_is_refused_before_hashing(db: None) -> None:
    with pytest.raises(PasswordRefused, match="4096"):
        create_user(username="newcomer", email="n@example.com", password="x" * 1_000_000)


@pytest.mark.parametrize("email", ["nowhere", f"{'n' * 60}@{'example.' * 26}com", "a@b", "@"])
def test_a_broken_address_is_refused(db: None, email: str) -> None:
    with pytest.raises(EmailRefused):
        create_user(username="newcomer", email=email, password=PASSWORD)


def test_a_taken_name_stays_with_its_owner(world: World, client: Client) -> None:
    assert sign_up(client, "alice", email="other@example.com") == 200
    with pytest.raises(NameTaken):
        create_user(username="alice", email="other@example.com", password=PASSWORD)


def test_a_known_address_gets_the_same_page_and_the_mail_makes_the_difference(
    world: World, client: Client
) -> None:
    known = client.post("/accounts/signup/", _form("newcomer", "alice@example.com"), follow=True)
    new = Client().post("/accounts/signup/", _form("freshman", "frieda@example.com"), follow=True)
    assert _masked(known, "newcomer", "alice") == _masked(new, "freshman", "frieda")
    owner, stranger = mail.outbox
    assert (owner.to, stranger.to) == (["alice@example.com"], ["frieda@example.com"])
    assert "has an account already" in str(owner.body)
    assert not CODE.search(str(owner.body))


def test_whoever_signs_up_with_anothers_address_never_gets_its_code(
    world: World, client: Client
) -> None:
    sign_up(client, "newcomer", email="alice@example.com")
    client.post("/accounts/confirm-email/", {"action": "resend"})
    client.post("/accounts/login/", {"login": "newcomer", "password": PASSWORD})
    assert not any(CODE.search(str(message.body)) for message in mail.outbox)
    assert "_auth_user_id" not in client.session


def test_sign_ups_of_strangers_do_not_use_up_the_codes_of_an_address(
    db: None, client: Client
) -> None:
    for number in range(8):
        stranger = Client(REMOTE_ADDR=f"203.0.113.{number}")
        assert sign_up(stranger, f"stranger{number}", email="carol@example.com") == 302
    assert sign_up(client, "carol", email="carol@example.com") == 302
    assert mail.outbox[-1].to == ["carol@example.com"]
    assert CODE.search(str(mail.outbox[-1].body))


def test_no_form_makes_anyone_an_administrator(db: None, client: Client) -> None:
    sign_up(client, is_superuser="1", is_staff="1", is_active="0", id="1", namespace="1")
    user = User.objects.get(username="newcomer")
    assert (user.is_superuser, user.is_staff, user.is_active) == (False, False, True)
