"""Closing an account: what goes, what stays, who cannot."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.errors import AccountInUse, MachineRefused, NameTaken
from accounts.flows.invitations import send_invitation
from accounts.flows.signup import create_user
from accounts.models import (
    AuditEvent,
    Invitation,
    Membership,
    Namespace,
    OrganizationRole,
    RobotAccount,
    User,
)
from accounts.principals import Principal
from index.flows.close_account import close_account
from index.flows.star_repository import star
from index.models import AccessGrant, RepositoryState
from index.roles import Role
from tests.accounts.second_factors import set_up_app
from tests.clients import confirm, get_token
from tests.conftest import World
from tests.factories import PASSWORD, make_grant, make_member


def close(user: User) -> None:
    """Close it as the page does."""
    close_account(by=Principal(user), typed=user.username)


def test_the_page_says_first_what_happens(world: World, client: Client) -> None:
    client.force_login(world.alice)
    confirm(client)
    page = client.get("/settings/data/close").content.decode()
    assert "alice/pub" in page
    assert "cannot be had back" in page
    assert "stays taken" in page


def test_closing_needs_a_recent_log_in_and_the_name(world: World, client: Client) -> None:
    client.force_login(world.alice)
    answer: Any = client.post("/settings/data/close", {"username": "alice"})
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    confirm(client)
    assert "Type your user name" in client.post("/settings/data/close").content.decode()
    assert User.objects.get(username="alice").is_active
    answer = client.post("/settings/data/close", {"username": "alice"})
    assert answer.headers["Location"] == "/"
    assert not User.objects.get(username="alice").is_active


def test_repositories_are_deleted_and_robots_and_grants_end(world: World) -> None:
    grant = make_grant(world.app, world.alice, Role.READER)
    robot = RobotAccount.objects.create(namespace=world.alice.namespace, name="ci")
    close(world.alice)
    world.private.refresh_from_db()
    robot.refresh_from_db()
    assert world.private.state == RepositoryState.DELETING
    assert robot.disabled_at
    assert not AccessGrant.objects.filter(pk=grant.pk).exists()


def test_nobody_gets_in_any_more(world: World, client: Client) -> None:
    client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    refresh = get_token(Client(), user=world.alice, offline_token="true").json()["refresh_token"]
    close(world.alice)
    assert client.get("/settings/profile").status_code == 302
    assert get_token(Client(), user=world.alice).status_code == 401
    body = f"grant_type=refresh_token&refresh_token={refresh}&service=index.test"
    kind = "application/x-www-form-urlencoded"
    assert Client().post("/token", body, kind).status_code == 401
    assert Client().get("/u/alice").status_code == 404


def test_what_is_personal_is_erased(world: World, client: Client) -> None:
    set_up_app(world.alice)
    User.objects.filter(pk=world.alice.pk).update(display_name="Alice A.", location="Oslo")
    client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    close(User.objects.get(pk=world.alice.pk))
    user = User.objects.get(pk=world.alice.pk)
    assert (user.email, user.display_name, user.location) == ("", "", "")
    assert not user.has_usable_password()
    assert not EmailAddress.objects.filter(user=user).exists()
    assert not Authenticator.objects.filter(user=user).exists()
    own = AuditEvent.objects.filter(actor=f"user:{user.pk}")
    assert own.exists()
    assert not own.exclude(address="", user_agent="").exists()


def test_the_name_stays_taken_and_the_address_is_free(world: World) -> None:
    close(world.alice)
    assert Namespace.objects.filter(name="alice").exists()
    with pytest.raises(NameTaken):
        create_user(username="alice", email="new@example.com", password=PASSWORD)
    create_user(username="alicia", email="alice@example.com", password=PASSWORD)
    assert User.objects.filter(username="alicia").exists()


def test_a_last_owner_cannot_leave_and_nothing_changes(world: World, client: Client) -> None:
    with pytest.raises(AccountInUse, match="acme"):
        close(world.olga)
    client.force_login(world.olga)
    confirm(client)
    assert "organizations that only you own" in client.get("/settings/data/close").content.decode()
    assert User.objects.get(pk=world.olga.pk).is_active
    assert Membership.objects.filter(user=world.olga).exists()


def test_with_another_owner_one_leaves(world: World) -> None:
    Membership.objects.filter(user=world.mia).update(role=OrganizationRole.OWNER)
    close(world.olga)
    assert not Membership.objects.filter(user=world.olga).exists()


def test_a_disabled_second_owner_does_not_count(world: World) -> None:
    make_member(world.acme, world.dave, role=OrganizationRole.OWNER)
    with pytest.raises(AccountInUse):
        close(world.olga)


def test_stars_are_taken_back(world: World) -> None:
    star(world.public, by=Principal(world.bob))
    close(world.bob)
    world.public.refresh_from_db()
    assert world.public.star_count == 0


def test_a_token_closes_no_account(world: World) -> None:
    with pytest.raises(MachineRefused):
        close_account(by=Principal(world.alice, credential="token:1"), typed="alice")


def test_an_address_that_was_only_claimed_takes_no_invitations_along(world: World) -> None:
    by = Principal(world.olga)
    invitation = send_invitation(world.acme, by=by, invitee="victim@example.com")
    EmailAddress.objects.create(user=world.bob, email="victim@example.com", verified=False)
    close(world.bob)
    assert Invitation.objects.open().filter(pk=invitation.pk).exists()
