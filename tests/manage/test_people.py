"""What administrators do with people, beyond `tests/web/test_manage_people.py`."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import AuditEvent, User
from tests.accounts.second_factors import set_up_app
from tests.clients import confirm, get_token
from tests.conftest import World
from tests.factories import PASSWORD
from tests.manage.conftest import show_factor

WHY = {"reason": "laptop stolen"}


def test_log_out_ends_sessions_and_docker_logins_and_leaves_the_password(
    world: World, root: Client, django_capture_on_commit_callbacks: Any
) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    browser.get("/")
    refresh = get_token(Client(), user=world.alice, offline_token="true").json()["refresh_token"]
    with django_capture_on_commit_callbacks(execute=True):
        assert root.post("/manage/people/alice/log-out", WHY).status_code == 302
    body = f"grant_type=refresh_token&refresh_token={refresh}&service=index.test"
    kind = "application/x-www-form-urlencoded"
    assert browser.get("/settings/profile").status_code == 302
    assert Client().post("/token", body, kind).status_code == 401
    assert get_token(Client(), user=world.alice).status_code == 200
    assert [one.subject for one in mail.outbox] == ["[Waybill] You are logged out everywhere"]
    event = AuditEvent.objects.get(action="account:session:all-ended")
    assert (event.actor_name, event.details["reason"]) == ("rooty", "laptop stolen")


def test_an_address_is_verified_for_somebody_whom_no_mail_reaches(
    world: World, root: Client
) -> None:
    root.post("/manage/people/newt/verify", WHY)
    assert User.objects.get(username="newt").is_verified
    assert get_token(Client(), user=world.newt).status_code == 200
    event = AuditEvent.objects.get(action="account:email:verified")
    assert "newt@" not in str(event.details)


def test_nothing_is_verified_that_is_or_belongs_to_somebody_else(
    world: World, root: Client
) -> None:
    assert "no primary address" in root.post("/manage/people/alice/verify", WHY).content.decode()
    EmailAddress.objects.filter(user=world.newt).update(email="ALICE@example.com")
    assert "belongs to another" in root.post("/manage/people/newt/verify", WHY).content.decode()
    assert not User.objects.get(username="newt").is_verified


@pytest.mark.parametrize("step", ["log-out", "verify"])
def test_each_step_is_for_administrators_with_a_reason_who_confirmed(
    world: World, client: Client, step: str
) -> None:
    path = f"/manage/people/newt/{step}"
    client.force_login(world.olga)
    assert confirm(client).post(path, WHY).status_code == 404
    client.force_login(world.root)
    assert "/reauthenticate/" in client.post(path, WHY).headers["Location"]
    assert confirm(client).post(path, {"reason": " "}).status_code == 200
    assert not AuditEvent.objects.filter(actor_name="rooty").exists()


def test_who_has_a_second_factor_shows_it_before_what_is_dangerous(
    world: World, root: Client
) -> None:
    set_up_app(world.root)
    answer = root.post("/manage/people/alice/disable", WHY)  # a password is not enough any more
    assert answer.headers["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert User.objects.get(username="alice").is_active
    show_factor(root)
    assert (
        root.post("/manage/people/alice/disable", WHY).headers["Location"] == "/manage/people/alice"
    )
    assert not User.objects.get(username="alice").is_active


def test_a_factor_shown_long_ago_does_not_count(world: World, root: Client) -> None:
    set_up_app(world.root)
    show_factor(root, seconds_ago=3600)
    assert (
        "/2fa/reauthenticate/" in root.post("/manage/people/alice/disable", WHY).headers["Location"]
    )
    assert User.objects.get(username="alice").is_active


def test_the_page_says_what_a_person_owns(world: World, root: Client) -> None:
    page = " ".join(root.get("/manage/people/alice").content.decode().split())
    assert "<dt>Repositories</dt><dd>2</dd>" in page
    assert "/manage/organizations/acme" in root.get("/manage/people/olga").content.decode()
