"""Undoing the deletion of an organization: everyone and everything is as before, for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.flows.external_groups import replace_groups
from accounts.flows.invitations import send_invitation
from accounts.flows.kept_seats import endings_with_seats_of
from accounts.flows.reopen_organization import endings_of, forget_ended_organizations
from accounts.flows.report_leak import report_leak
from accounts.models import (
    EndedOrganization,
    Invitation,
    Membership,
    Namespace,
    OrganizationDomain,
    RobotAccount,
    RobotSecret,
    Team,
    TeamMembership,
    User,
)
from accounts.principals import Principal
from index.errors import InTrash
from index.flows.delete_organization import delete_organization
from index.flows.delete_repository import request_deletion
from index.flows.reopen_organization import reopen_organization
from index.flows.restore_repository import restore_repository
from index.models import AccessGrant, DefaultGrant, RepositoryState
from index.policy import allowed_actions
from index.roles import Role
from tests.clients import confirm
from tests.conftest import World
from tests.factories import make_organization
from tests.machines import make_robot, make_secret


@pytest.fixture
def ending(world: World) -> EndedOrganization:
    """acme, deleted by its owner; acme/app lies in the trash."""
    request_deletion(world.app, by=Principal(world.olga))
    ending = delete_organization(world.acme, by=Principal(world.olga))
    assert ending
    return ending


def places(world: World) -> set[tuple[str, str]]:
    found = Team.objects.values_list("name", "memberships__membership__user__username")
    return set(found.filter(organization=world.acme))


def test_everyone_is_in_it_again_as_before(world: World) -> None:
    members, teams = roles(world), places(world)
    request_deletion(world.app, by=Principal(world.olga))
    ending = delete_organization(world.acme, by=Principal(world.olga))
    assert ending
    assert not Membership.objects.exists()
    reopen_organization(ending, by=Principal(world.olga))
    assert (roles(world), places(world)) == (members, teams)
    world.acme.refresh_from_db()
    assert world.acme.deleted_at is None


def roles(world: World) -> set[tuple[str, str]]:
    return set(world.acme.memberships.values_list("user__username", "role"))


def test_what_teams_were_given_holds_again(world: World, ending: EndedOrganization) -> None:
    assert not AccessGrant.objects.exists()
    reopen_organization(ending, by=Principal(world.olga))
    restore_repository(world.app, by=Principal(world.olga))
    world.app.refresh_from_db()
    assert allowed_actions(Principal(world.mia), world.app).role == Role.WRITER
    assert allowed_actions(Principal(world.rita), world.app).role == Role.READER


@pytest.fixture
def grouped(world: World) -> EndedOrganization:
    """acme, deleted: its team `builders` was filled by a group with mia, of devs too, and with bob."""
    builders = Team.objects.create(organization=world.acme, name="builders", external_group="Build")
    mia = world.acme.memberships.get(user=world.mia)
    bob = Membership.objects.create(organization=world.acme, user=world.bob, is_managed=True)
    for member in (mia, bob):
        TeamMembership.objects.create(team=builders, membership=member)
    AccessGrant.objects.create(repository=world.app, user=world.bob, role=Role.READER)
    request_deletion(world.app, by=Principal(world.olga))
    ending = delete_organization(world.acme, by=Principal(world.olga))
    assert ending
    return ending


def test_who_left_a_group_meanwhile_gets_no_seat_in_its_team(
    world: World, grouped: EndedOrganization
) -> None:
    replace_groups(world.mia, [], source="directory")
    reopen_organization(EndedOrganization.objects.get(), by=Principal(world.olga))
    assert ("builders", "mila") not in places(world)
    assert ("devs", "mila") in places(world)
    assert ("builders", "bobby") in places(world)


def test_who_was_there_by_that_group_alone_stays_out_with_all_they_were_given(
    world: World, grouped: EndedOrganization
) -> None:
    replace_groups(world.bob, ["Others"], source="single sign-on")
    reopen_organization(EndedOrganization.objects.get(), by=Principal(world.olga))
    assert "bobby" not in {name for name, _ in roles(world)}
    assert not AccessGrant.objects.filter(user=world.bob).exists()


def test_who_is_in_the_group_again_by_then_gets_the_seat(
    world: World, grouped: EndedOrganization
) -> None:
    replace_groups(world.bob, [], source="directory")
    replace_groups(world.bob, ["Build"], source="directory")
    reopen_organization(EndedOrganization.objects.get(), by=Principal(world.olga))
    assert ("builders", "bobby") in places(world)
    assert AccessGrant.objects.filter(user=world.bob).exists()


def test_a_log_in_reads_only_what_was_kept_of_seats_of_ones_own(
    world: World, grouped: EndedOrganization
) -> None:
    assert list(endings_with_seats_of(world.mia)) == [grouped]
    assert not endings_with_seats_of(world.rita)
    del grouped.kept["group_seats"]  # as the release before kept it
    grouped.save()
    assert list(endings_with_seats_of(world.rita)) == [grouped]


def test_whoever_takes_it_back_reads_who_got_no_seat(
    world: World, grouped: EndedOrganization, client: Client
) -> None:
    replace_groups(world.mia, [], source="directory")
    client.force_login(world.olga)
    response = client.post(f"/trash/organizations/{grouped.pk}/reopen", follow=True)
    assert "who left the group meanwhile: mila." in response.content.decode()


def test_new_repositories_are_granted_to_teams_again(world: World) -> None:
    devs = world.acme.teams.get(name="devs")
    DefaultGrant.objects.create(namespace=world.acme.namespace, team=devs, role=Role.WRITER)
    request_deletion(world.app, by=Principal(world.olga))
    ending = delete_organization(world.acme, by=Principal(world.olga))
    assert ending
    reopen_organization(ending, by=Principal(world.olga))
    assert DefaultGrant.objects.get().team == world.acme.teams.get(name="devs")


def test_robots_act_again_but_those_that_were_off_before(world: World) -> None:
    namespace = world.acme.namespace
    on = RobotAccount.objects.create(namespace=namespace, name="on")
    off = RobotAccount.objects.create(namespace=namespace, name="off", disabled_at=timezone.now())
    request_deletion(world.app, by=Principal(world.olga))
    ending = delete_organization(world.acme, by=Principal(world.olga))
    assert ending
    assert on not in RobotAccount.objects.enabled()
    reopen_organization(ending, by=Principal(world.olga))
    assert on in RobotAccount.objects.enabled()
    assert off not in RobotAccount.objects.enabled()


def test_a_secret_that_leaked_meanwhile_stays_revoked(world: World) -> None:
    robot = make_robot("acme", by=world.olga)
    leaked, kept = (make_secret(robot, by=world.olga) for _ in range(2))
    request_deletion(world.app, by=Principal(world.olga))
    ending = delete_organization(world.acme, by=Principal(world.olga))
    assert ending
    assert report_leak(leaked.value)
    reopen_organization(ending, by=Principal(world.olga))
    assert list(RobotSecret.objects.usable().filter(robot=robot)) == [kept.secret]


def test_owners_do_not_have_back_what_was_frozen(world: World, ending: EndedOrganization) -> None:
    Namespace.objects.filter(name="acme").update(frozen_at=timezone.now())
    with pytest.raises(NotAllowed, match="frozen"):
        reopen_organization(ending, by=Principal(world.olga))
    reopen_organization(ending, by=Principal(world.root))


def test_invitations_stay_ended(world: World) -> None:
    send_invitation(world.acme, by=Principal(world.olga), invitee="bobby")
    request_deletion(world.app, by=Principal(world.olga))
    ending = delete_organization(world.acme, by=Principal(world.olga))
    assert ending
    reopen_organization(ending, by=Principal(world.olga))
    assert not Invitation.objects.open().exists()


def test_a_domain_that_another_has_proven_meanwhile_stays_there(world: World) -> None:
    proven = {"name": "acme.example", "verified_at": timezone.now()}
    OrganizationDomain.objects.create(organization=world.acme, challenge="a", **proven)
    request_deletion(world.app, by=Principal(world.olga))
    ending = delete_organization(world.acme, by=Principal(world.olga))
    assert ending
    other = make_organization("other", owner=world.bob)
    OrganizationDomain.objects.create(organization=other, challenge="b", **proven)
    reopen_organization(ending, by=Principal(world.olga))
    assert world.acme.domains.get().verified_at is None


def test_who_closed_the_account_meanwhile_stays_out(
    world: World, ending: EndedOrganization
) -> None:
    User.objects.filter(pk=world.mia.pk).update(closed_at=timezone.now())
    reopen_organization(ending, by=Principal(world.olga))
    assert set(world.acme.memberships.values_list("user__username", flat=True)) == {"olga", "rita"}


@pytest.mark.parametrize("who", ["mia", "bob"])
def test_only_former_owners_have_it_back(world: World, ending: EndedOrganization, who: str) -> None:
    with pytest.raises(NotAllowed):
        reopen_organization(ending, by=Principal(world.person(who)))
    assert not Membership.objects.exists()


def test_an_administrator_has_it_back(world: World, ending: EndedOrganization) -> None:
    reopen_organization(ending, by=Principal(world.root))
    assert world.acme.memberships.count() == 3


def test_twice_is_once(world: World, ending: EndedOrganization) -> None:
    reopen_organization(ending, by=Principal(world.olga))
    with pytest.raises(NotAllowed):
        reopen_organization(ending, by=Principal(world.olga))
    assert world.acme.memberships.count() == 3


def test_after_its_time_nobody_has_it_back_and_nothing_is_kept(
    world: World, ending: EndedOrganization
) -> None:
    with time_machine.travel(ending.undo_until + timedelta(seconds=1)):
        assert not endings_of(Principal(world.root)).exists()
        with pytest.raises(NotAllowed):
            reopen_organization(ending, by=Principal(world.olga))
        forget_ended_organizations()
    assert not EndedOrganization.objects.exists()


def test_its_repositories_stay_in_the_trash_until_it_is_back(
    world: World, ending: EndedOrganization
) -> None:
    with pytest.raises(InTrash, match="have the organization back first"):
        restore_repository(world.app, by=Principal(world.root))
    world.app.refresh_from_db()
    assert world.app.state == RepositoryState.TRASHED


def test_without_a_trash_everything_goes_at_once(world: World, settings: Any) -> None:
    request_deletion(world.app, by=Principal(world.olga))
    settings.TRASH_DAYS = 0
    assert delete_organization(world.acme, by=Principal(world.olga)) is None
    assert not EndedOrganization.objects.exists()
    world.app.refresh_from_db()
    assert world.app.state == RepositoryState.DELETING


def test_the_page_after_deleting_offers_to_undo_and_so_does_the_trash(
    world: World, client: Client
) -> None:
    request_deletion(world.app, by=Principal(world.olga))
    client.force_login(world.olga)
    confirm(client)
    assert client.post("/o/acme/-/delete", {"name": "acme"}).headers["Location"] == "/trash"
    ending = EndedOrganization.objects.get()
    page = client.get("/trash").content.decode()
    assert page.count(f'action="/trash/organizations/{ending.pk}/reopen"') == 2
    response = client.post(f"/trash/organizations/{ending.pk}/reopen")
    assert response.headers["Location"] == "/o/acme"
    assert client.get("/o/acme/-/members").status_code == 200


def test_nobody_else_finds_it(world: World, client: Client, ending: EndedOrganization) -> None:
    client.force_login(world.mia)
    assert client.post(f"/trash/organizations/{ending.pk}/reopen").status_code == 404
    assert "acme" not in client.get("/trash").content.decode()
