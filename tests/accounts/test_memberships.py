"""Who belongs to an organization: roles, removal, leaving, and what ends with a membership."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.errors import LastOwner, NotAllowed
from accounts.flows.memberships import (
    change_role,
    leave_organization,
    owned_alone,
    remove_member,
)
from accounts.models import (
    AuditEvent,
    Membership,
    OrganizationRole,
    RobotAccount,
    TeamMembership,
    User,
)
from accounts.principals import Principal
from index.models import AccessGrant
from index.roles import Role
from tests.clients import get_token, granted
from tests.conftest import World
from tests.factories import make_grant, make_member, make_repository, make_user


def membership(world: World, user: User) -> Membership:
    """Someone's membership of acme."""
    return Membership.objects.get(organization=world.acme, user=user)


def test_an_owner_makes_a_member_an_owner(world: World) -> None:
    change_role(membership(world, world.mia), by=Principal(world.olga), role=OrganizationRole.OWNER)
    assert membership(world, world.mia).role == OrganizationRole.OWNER
    event = AuditEvent.objects.get(action="organization:member:changed")
    assert (event.actor_name, event.target, event.details) == ("olga", "mila", {"role": "owner"})


@pytest.mark.parametrize("who", ["mia", "bob"])
def test_nobody_but_owners_changes_roles(world: World, who: str) -> None:
    person = world.person(who)
    with pytest.raises(NotAllowed):
        change_role(membership(world, world.mia), by=Principal(person), role=OrganizationRole.OWNER)
    assert membership(world, world.mia).role == OrganizationRole.MEMBER


@pytest.mark.parametrize(
    "end",
    [partial(change_role, role=OrganizationRole.MEMBER), remove_member, leave_organization],
)
def test_the_last_owner_stays(world: World, end: Callable[..., None]) -> None:
    with pytest.raises(LastOwner):
        end(membership(world, world.olga), by=Principal(world.olga))
    assert membership(world, world.olga).role == OrganizationRole.OWNER


def test_an_owner_who_is_disabled_does_not_count(world: World) -> None:
    make_member(world.acme, world.dave, role=OrganizationRole.OWNER)
    with pytest.raises(LastOwner):
        leave_organization(membership(world, world.olga), by=Principal(world.olga))


def test_removal_ends_teams_and_direct_grants_and_coming_back_restores_nothing(
    world: World, client: Client
) -> None:
    make_grant(world.app, world.mia, Role.ADMIN)
    remove_member(membership(world, world.mia), by=Principal(world.olga))
    assert not TeamMembership.objects.filter(membership__user=world.mia).exists()
    assert not AccessGrant.objects.filter(user=world.mia).exists()
    make_member(world.acme, world.mia)
    token = get_token(client, "repository:acme/app:pull", user=world.mia)
    assert granted(token) == {}
    client.force_login(world.mia)
    assert client.get("/r/acme/app").status_code == 404


def test_removal_leaves_grants_elsewhere_alone(world: World) -> None:
    make_grant(world.private, world.mia, Role.READER)
    remove_member(membership(world, world.mia), by=Principal(world.olga))
    assert AccessGrant.objects.filter(user=world.mia, repository=world.private).exists()


def test_a_star_made_before_is_not_shown_after(world: World, client: Client) -> None:
    world.app.stars.create(user=world.mia)
    remove_member(membership(world, world.mia), by=Principal(world.olga))
    client.force_login(world.mia)
    assert "acme/app" not in client.get("/").content.decode()


def test_robots_are_handed_to_who_removes_and_both_are_told(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    robot = RobotAccount.objects.create(
        namespace=world.acme.namespace, name="ci", responsible=world.mia
    )
    with django_capture_on_commit_callbacks(execute=True):
        remove_member(membership(world, world.mia), by=Principal(world.olga))
    robot.refresh_from_db()
    assert robot.responsible == world.olga
    told = [one for one in mail.outbox if "acme+ci" in str(one.body)]
    assert sorted(one.to[0] for one in told) == ["mila@example.com", "olga@example.com"]


def test_robots_of_who_leaves_go_to_the_longest_standing_owner(world: World) -> None:
    newer = make_user("newer")
    make_member(world.acme, newer, role=OrganizationRole.OWNER)
    robot = RobotAccount.objects.create(
        namespace=world.acme.namespace, name="ci", responsible=world.mia
    )
    leave_organization(membership(world, world.mia), by=Principal(world.mia))
    robot.refresh_from_db()
    assert robot.responsible == world.olga


def test_all_owners_are_told_of_a_change_of_owners(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    make_member(world.acme, make_user("second"), role=OrganizationRole.OWNER)
    with django_capture_on_commit_callbacks(execute=True):
        change_role(
            membership(world, world.mia), by=Principal(world.olga), role=OrganizationRole.OWNER
        )
    told = {one.to[0] for one in mail.outbox}
    assert told == {"olga@example.com", "second@example.com", "mila@example.com"}


def test_nobody_leaves_for_someone_else(world: World) -> None:
    with pytest.raises(NotAllowed):
        leave_organization(membership(world, world.mia), by=Principal(world.olga))
    assert membership(world, world.mia).role == OrganizationRole.MEMBER


def test_the_owned_alone_are_those_without_another_owner(world: World) -> None:
    assert list(owned_alone(world.olga)) == [world.acme]
    make_member(world.acme, make_user("second"), role=OrganizationRole.OWNER)
    assert not owned_alone(world.olga)
    assert not owned_alone(world.mia)


def test_a_deleted_organization_is_nobodys(world: World) -> None:
    world.acme.deleted_at = timezone.now()
    world.acme.save()
    assert not owned_alone(world.olga)
    make_repository("acme/other")
    with pytest.raises(NotAllowed):
        remove_member(membership(world, world.mia), by=Principal(world.olga))
