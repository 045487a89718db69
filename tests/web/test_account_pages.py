"""Signing up, logging in, the first administrator, mail on a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.errors import NameTaken
from accounts.flows.first_administrator import make_setup_token
from accounts.models import User
from accounts.web import forms
from tests.clients import confirm
from tests.conftest import World
from tests.factories import PASSWORD

SIGNUP = {"username": "newbie", "email": "newbie@example.com", "password1": PASSWORD}
ADMINISTRATOR = {"username": "chief", "email": "chief@example.com", "password": PASSWORD}


def test_signing_up_asks_for_the_code_that_was_mailed(db: None, client: Client) -> None:
    page = client.post("/accounts/signup/", SIGNUP, follow=True).content.decode()
    assert "newbie@example.com" in page
    code = re.search(r"^ {4}(\S+)$", str(mail.outbox[0].body), re.MULTILINE)
    assert code
    client.post("/accounts/confirm-email/", {"code": code[1]})
    assert "Hello, newbie" in client.get("/").content.decode()


def test_an_unverified_account_is_asked_for_its_code_and_told_why(
    world: World, client: Client
) -> None:
    page = client.post(
        "/accounts/login/", {"login": "newt", "password": PASSWORD}, follow=True
    ).content.decode()
    assert "once its address is verified" in page
    assert len(mail.outbox) == 1


def test_who_loses_a_race_for_a_name_reads_so_in_the_form(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(**_fields: str) -> User:
        message = "The name newbie is taken. Choose another one."
        raise NameTaken(message)

    monkeypatch.setattr(forms, "sign_up", lose)
    page = client.post("/accounts/signup/", SIGNUP).content.decode()
    assert "The name newbie is taken" in page
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "http:///evil.example",
        "https://index.test@evil.example/",
        "https://evil.example/",
        "javascript:alert(1)",
    ],
)
def test_a_log_in_leads_to_no_other_site(world: World, client: Client, target: str) -> None:
    data = {"login": "alice", "password": PASSWORD, "next": target}
    assert client.post("/accounts/login/", data).headers["Location"] == "/"


def test_a_log_in_leads_back_to_where_one_came_from(world: World, client: Client) -> None:
    data = {"login": "alice", "password": PASSWORD, "next": "/explore"}
    assert client.post("/accounts/login/", data).headers["Location"] == "/explore"


def test_a_log_in_without_the_csrf_token_is_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    data = {"login": "alice", "password": PASSWORD}
    for path in ("/accounts/login/", "/accounts/logout/", "/theme", "/r/alice/pub/-/star"):
        response = client.post(path, data)
        assert response.status_code == 403
        assert "This form has expired" in response.content.decode()


def test_logging_out_by_get_only_asks(world: World, client: Client) -> None:
    client.force_login(world.alice)
    assert client.get("/accounts/logout/").status_code == 200
    assert "Hello, alice" in client.get("/").content.decode()


def test_links_in_mail_point_to_the_public_url(
    world: World, client: Client, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["index.test", "other.test"]
    client.post("/accounts/password/reset/", {"email": "alice@example.com"}, HTTP_HOST="other.test")
    body = str(mail.outbox[0].body)
    assert "http://index.test/accounts/password/reset/key/" in body
    assert "other.test" not in body


def test_a_reset_answers_alike_for_known_and_unknown_addresses(
    world: World, client: Client
) -> None:
    for address in ("alice@example.com", "nobody@example.com"):
        response = client.post("/accounts/password/reset/", {"email": address})
        assert response.headers["Location"] == "/accounts/password/reset/done/"


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/done/",
        "/accounts/password/reset/key/1-bad/",
        "/accounts/inactive/",
    ],
)
def test_account_pages_render_for_strangers(db: None, client: Client, path: str) -> None:
    page = client.get(path, follow=True).content.decode()
    assert page.count("<h1") == 1
    assert " style=" not in page


@pytest.mark.parametrize(
    "path",
    ["/accounts/email/", "/accounts/password/change/", "/accounts/logout/", "/settings/namespace"],
)
def test_account_pages_render_for_their_owner(world: World, client: Client, path: str) -> None:
    client.force_login(world.alice)
    page = client.get(path, follow=True).content.decode()
    assert page.count("<h1") == 1
    assert " style=" not in page


def test_who_has_no_password_sets_one_and_is_told(world: World, client: Client) -> None:
    world.alice.set_unusable_password()
    world.alice.save()
    client.force_login(world.alice)
    confirm(client)
    page = client.get("/accounts/password/change/", follow=True).content.decode()
    assert "<h1>Set a password</h1>" in page
    new = {"password1": PASSWORD, "password2": PASSWORD}
    page = client.post("/accounts/password/set/", new, follow=True).content.decode()
    assert "The password is set." in page
    assert User.objects.get(username="alice").check_password(PASSWORD)
    assert "which had none" in str(mail.outbox[0].body)


def test_words_for_what_went_wrong_are_ours(world: World, client: Client) -> None:
    wrong = client.post("/accounts/login/", {"login": "alice", "password": "wrong"})
    assert "The user name, the address or the password is wrong." in wrong.content.decode()
    client.force_login(world.alice)
    page = client.post("/accounts/reauthenticate/", {"password": "wrong"}).content.decode()
    assert "That is not your password." in page
    confirm(client)
    again = client.post("/accounts/email/", {"action_add": "", "email": "alice@example.com"})
    assert "one of your addresses already" in again.content.decode()


def test_the_first_administrator_comes_by_the_link_once(db: None, client: Client) -> None:
    token = make_setup_token()
    assert "Welcome to Waybill" in client.get(f"/setup/{token}").content.decode()
    assert client.post(f"/setup/{token}", ADMINISTRATOR).headers["Location"] == "/"
    assert User.objects.get().is_superuser
    assert "Hello, chief" in client.get("/").content.decode()
    assert client.get(f"/setup/{token}").status_code == 410


def test_a_forged_link_makes_nobody(db: None, client: Client) -> None:
    assert client.post("/setup/forged", ADMINISTRATOR).status_code == 410
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "change", [{"username": "Chief"}, {"username": "admin"}, {"password": "short"}]
)
def test_the_first_administrator_obeys_the_rules_too(
    db: None, client: Client, change: dict[str, str]
) -> None:
    response = client.post(f"/setup/{make_setup_token()}", ADMINISTRATOR | change)
    assert response.status_code == 200
    assert not User.objects.exists()


def test_mail_is_read_on_a_page_in_development(
    db: None, client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.MAIL_PAGE_FOLDER = str(tmp_path)
    message = "Subject: Your code\nTo: a@example.com\nDate: today\n\n<b>1234</b>\n" + "-" * 79
    (tmp_path / "20261121-1.log").write_text(message)
    assert "Your code" in client.get("/dev/mail").content.decode()
    assert "&lt;b&gt;1234" in client.get("/dev/mail/20261121-1.log").content.decode()
    assert client.get("/dev/mail/..%2fsecret").status_code == 404


def test_there_is_no_mail_page_where_mail_is_really_sent(
    db: None, client: Client, settings: Settings
) -> None:
    settings.MAIL_PAGE_FOLDER = None
    assert client.get("/dev/mail").status_code == 404
    assert client.get("/dev/mail/x.log").status_code == 404


def test_there_is_no_mail_page_but_on_ones_own_machine() -> None:
    assert site_settings.MAIL_PAGE_FOLDER is None  # index.test, with mail in a folder
