"""Administrators and other people's accounts."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.errors import NotAllowed
from accounts.flows.manage_people import dismiss
from accounts.models import AuditEvent, Invitation, User
from accounts.principals import Principal
from tests.accounts.second_factors import set_up_app
from tests.clients import basic, confirm, get_token
from tests.conftest import World
from tests.factories import PASSWORD

WHY = {"reason": "left the company"}


@pytest.fixture
def root(world: World, client: Client) -> Client:
    """The administrator, who confirmed a moment ago."""
    client.force_login(world.root)
    return confirm(client)


@pytest.mark.parametrize("path", ["/manage/people", "/manage/people/alice", "/manage/invitations"])
def test_there_are_no_such_pages_for_others(world: World, client: Client, path: str) -> None:
    client.force_login(world.olga)
    confirm(client)
    assert client.get(path).status_code == 404


def test_people_are_found_by_name_and_address(world: World, root: Client) -> None:
    assert "mila" not in root.get("/manage/people?q=alic").content.decode()
    assert "alice" in root.get("/manage/people?q=alic").content.decode()
    assert "alice" in root.get("/manage/people?q=ALICE@exam").content.decode()
    assert "Nobody has this word" in root.get("/manage/people?q=%25").content.decode()


def test_disabling_ends_session_password_and_docker_login_at_once(
    world: World, root: Client
) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    browser.get("/")
    refresh = get_token(Client(), user=world.alice, offline_token="true").json()["refresh_token"]
    assert root.post("/manage/people/alice/disable", WHY).status_code == 302
    body = f"grant_type=refresh_token&refresh_token={refresh}&service=index.test"
    kind = "application/x-www-form-urlencoded"
    assert browser.get("/settings/profile").status_code == 302
    assert Client().post("/token", body, kind).status_code == 401
    assert get_token(Client(), user=world.alice).status_code == 401
    answer = Client().get("/api/v1/user", headers={"Authorization": basic("alice")})
    assert answer.status_code in {401, 403}
    event = AuditEvent.objects.get(action="account:disabled")
    assert (event.actor_name, event.details["reason"]) == ("rooty", "left the company")


def test_enabling_does_not_bring_back_sessions_and_machines(world: World, root: Client) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    browser.get("/")
    refresh = get_token(Client(), user=world.alice, offline_token="true").json()["refresh_token"]
    root.post("/manage/people/alice/disable", WHY)
    root.post("/manage/people/alice/enable", {"reason": "came back"})
    assert User.objects.get(username="alice").is_active
    assert browser.get("/settings/profile").status_code == 302
    body = f"grant_type=refresh_token&refresh_token={refresh}&service=index.test"
    assert Client().post("/token", body, "application/x-www-form-urlencoded").status_code == 401


def test_no_log_in_enables_an_account(world: World, client: Client) -> None:
    page = client.post("/accounts/login/", {"login": "dave", "password": PASSWORD}, follow=True)
    assert "disabled" in page.content.decode()
    client.post("/accounts/password/reset/", {"email": "dave@example.com"})
    get_token(client, user=world.dave)
    assert not User.objects.get(username="dave").is_active


@pytest.mark.parametrize("step", ["disable", "enable", "reset-second-factor", "appoint", "dismiss"])
def test_each_step_needs_a_reason_and_a_recent_log_in(
    world: World, client: Client, step: str
) -> None:
    client.force_login(world.root)
    answer = client.post(f"/manage/people/alice/{step}", WHY)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    confirm(client)
    assert client.post(f"/manage/people/alice/{step}", {"reason": " "}).status_code == 200
    assert not AuditEvent.objects.filter(actor_name="rooty").exists()


def test_a_lost_second_factor_is_reset(world: World, root: Client) -> None:
    set_up_app(world.alice)
    root.post("/manage/people/alice/reset-second-factor", {"reason": "phone lost, seen in person"})
    assert not Authenticator.objects.filter(user=world.alice).exists()
    assert AuditEvent.objects.filter(action="account:second-factor:reset").exists()


def test_nobody_disables_oneself(world: World, root: Client) -> None:
    assert root.post("/manage/people/rooty/disable", WHY).status_code == 200
    assert User.objects.get(username="rooty").is_active


def test_an_invitation_is_sent_listed_and_taken_back(world: World, root: Client) -> None:
    root.post("/manage/invitations", {"email": "Carol@example.com"})
    assert "carol@example.com" in root.get("/manage/invitations").content.decode()
    root.post(f"/manage/invitations/{Invitation.objects.get().pk}/revoke")
    assert not Invitation.objects.open().exists()


def test_an_administrator_is_appointed_and_dismissed_and_all_are_told(
    world: World, root: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        root.post("/manage/people/alice/appoint", {"reason": "stands in for me"})
    assert User.objects.get(username="alice").is_superuser
    with django_capture_on_commit_callbacks(execute=True):
        root.post("/manage/people/alice/dismiss", {"reason": "I am back"})
    assert not User.objects.get(username="alice").is_superuser
    assert root.get("/manage/people").status_code == 200
    told = [(message.to, message.subject) for message in mail.outbox]
    assert (["rooty@example.com"], "[Waybill] alice is an administrator") in told
    assert (["alice@example.com"], "[Waybill] alice is no administrator any more") in told
    actions = AuditEvent.objects.filter(user=world.alice).values_list("action", flat=True)
    assert {"account:administrator:appointed", "account:administrator:dismissed"} <= set(actions)


@pytest.mark.parametrize("name", ["dave", "newt", "rooty"])
def test_nobody_who_cannot_log_in_and_not_oneself_is_appointed(
    world: World, root: Client, name: str
) -> None:
    before = User.objects.filter(is_superuser=True).count()
    assert root.post(f"/manage/people/{name}/appoint", WHY).status_code == 200
    assert root.post(f"/manage/people/{name}/dismiss", WHY).status_code == 200
    assert User.objects.filter(is_superuser=True).count() == before


def test_who_was_dismissed_meanwhile_dismisses_nobody(world: World) -> None:
    by = Principal(User.objects.get(pk=world.root.pk))
    assert by.is_administrator
    User.objects.filter(pk=world.alice.pk).update(is_superuser=True)
    User.objects.filter(pk=world.root.pk).update(is_superuser=False)
    with pytest.raises(NotAllowed):
        dismiss(world.alice, by=by, reason="quarrel")
    assert User.objects.filter(is_superuser=True).count() == 1
