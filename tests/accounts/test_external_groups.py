"""Groups of a directory or provider become teams: replaced, never only added."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.flows.external_groups import left_out, replace_groups
from accounts.models import (
    AuditEvent,
    Membership,
    Namespace,
    OrganizationRole,
    Plan,
    RobotAccount,
    Team,
    User,
)
from index.models import AccessGrant
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant, make_organization, make_plan, make_team
from tests.machines import make_robot


@pytest.fixture
def builders(world: World) -> Team:
    """The team of acme that follows a group."""
    return make_group_team(world, "builders", "Builders")


def make_group_team(world: World, name: str, group: str) -> Team:
    team = make_team(world.acme, name)
    Team.objects.filter(pk=team.pk).update(external_group=group)
    team.refresh_from_db()
    return team


def teams_of(user: User) -> set[str]:
    return set(
        Team.objects.filter(memberships__membership__user=user).values_list("name", flat=True)
    )


def replace(user: User, *groups: str) -> None:
    replace_groups(user, list(groups), source="directory")


def test_a_group_brings_its_people_into_the_team(world: World, builders: Team) -> None:
    replace(world.mia, "Builders", "others")
    assert teams_of(world.mia) == {"devs", "builders"}


def test_a_group_left_is_a_team_left(world: World, builders: Team) -> None:
    replace(world.mia, "Builders")
    replace(world.mia, "others")
    assert teams_of(world.mia) == {"devs"}


def test_who_was_no_member_becomes_one_and_stops_being_one(world: World, builders: Team) -> None:
    replace(world.bob, "Builders")
    assert Membership.objects.get(user=world.bob).is_managed
    replace(world.bob)
    assert not Membership.objects.filter(user=world.bob).exists()


def test_a_membership_lasts_as_long_as_one_of_its_groups(world: World, builders: Team) -> None:
    make_group_team(world, "testers", "Testers")
    replace(world.bob, "Builders", "Testers")
    replace(world.bob, "Testers")
    assert teams_of(world.bob) == {"testers"}


def test_a_membership_made_by_hand_stays(world: World, builders: Team) -> None:
    replace(world.mia, "Builders")
    replace(world.mia)
    assert not Membership.objects.get(user=world.mia).is_managed


def test_the_last_owner_stays(world: World, builders: Team) -> None:
    replace(world.bob, "Builders")
    Membership.objects.filter(user=world.olga).delete()
    Membership.objects.filter(user=world.bob).update(role=OrganizationRole.OWNER)
    replace(world.bob)
    assert Membership.objects.get(user=world.bob).role == OrganizationRole.OWNER


@pytest.mark.parametrize(
    "group", ["", "builders", "BUILDERS", "Build%", "B.*", "Builder_", "*", "Builders ", "B\x00"]
)
def test_a_groups_name_is_data(world: World, builders: Team, group: str) -> None:
    replace(world.bob, group)
    assert teams_of(world.bob) == set()


@pytest.mark.parametrize("name", [".*", "%", "[a-z]+", "*"])
def test_a_team_of_a_group_that_looks_like_a_pattern_takes_nobody_else(
    world: World, name: str
) -> None:
    make_group_team(world, "wild", name)
    replace(world.bob, "anything")
    assert teams_of(world.bob) == set()
    replace(world.bob, name)
    assert teams_of(world.bob) == {"wild"}


def test_someone_put_into_such_a_team_by_hand_leaves_it(world: World, builders: Team) -> None:
    membership = Membership.objects.get(user=world.rita)
    membership.teams.create(team=builders)
    replace(world.rita, "others")
    assert teams_of(world.rita) == {"readers"}


def test_teams_of_a_deleted_organization_take_nobody(world: World, builders: Team) -> None:
    type(world.acme).objects.filter(pk=world.acme.pk).update(deleted_at="2026-01-01T00:00:00Z")
    replace(world.bob, "Builders")
    assert teams_of(world.bob) == set()


def test_each_change_is_written_down_once(world: World, builders: Team) -> None:
    for _ in range(2):
        replace(world.bob, "Builders")
    replace(world.bob)
    actions = AuditEvent.objects.filter(user=world.bob).order_by("pk")
    assert list(actions.values_list("action", "credential")) == [
        ("organization:member:joined-by-group", "directory"),
        ("team:member:joined-by-group", "directory"),
        ("team:member:left-by-group", "directory"),
        ("organization:member:left-by-group", "directory"),
    ]


def test_who_changes_the_group_keeps_the_membership_and_what_hangs_on_it(
    world: World, builders: Team
) -> None:
    make_group_team(world, "testers", "Testers")
    replace(world.bob, "Builders")
    membership = Membership.objects.get(user=world.bob)
    replace(world.bob, "Testers")
    assert Membership.objects.get(user=world.bob) == membership


def test_an_owner_who_cannot_log_in_is_not_another_owner(world: World, builders: Team) -> None:
    replace(world.bob, "Builders")
    Membership.objects.filter(user=world.bob).update(role=OrganizationRole.OWNER)
    User.objects.filter(pk=world.olga.pk).update(is_active=False)
    replace(world.bob)
    assert Membership.objects.get(user=world.bob).role == OrganizationRole.OWNER


def test_an_owner_made_by_hand_stays_owner_without_any_group(world: World, builders: Team) -> None:
    replace(world.olga, "Builders")
    replace(world.olga)
    assert Membership.objects.get(user=world.olga).role == OrganizationRole.OWNER


def test_robots_of_who_leaves_by_group_find_somebody_else(
    world: World, builders: Team, django_capture_on_commit_callbacks: Any
) -> None:
    replace(world.bob, "Builders")
    robot = make_robot("acme", "deploy", by=world.olga)
    RobotAccount.objects.filter(pk=robot.pk).update(responsible=world.bob)
    with django_capture_on_commit_callbacks(execute=True):
        replace(world.bob)
    robot.refresh_from_db()
    assert robot.responsible == world.olga
    assert "acme+deploy" in mail.outbox[0].body


def test_direct_grants_end_with_the_membership(world: World, builders: Team) -> None:
    replace(world.bob, "Builders")
    make_grant(world.app, world.bob, Role.WRITER)
    replace(world.bob)
    assert not AccessGrant.objects.filter(user=world.bob).exists()


# The plan.


@pytest.fixture
def full(world: World, builders: Team) -> Plan:
    """The organization's plan has room for those who are there, and no more."""
    plan = make_plan("small", members=world.acme.memberships.count())
    Namespace.objects.filter(organization=world.acme).update(plan=plan)
    return plan


def test_a_full_plan_takes_nobody_in_and_says_so(
    world: World, full: Plan, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        replace(world.bob, "Builders")
    assert not Membership.objects.filter(user=world.bob).exists()
    event = AuditEvent.objects.get(action="organization:member:no-room-for-group")
    assert (event.user, event.namespace) == (world.bob, world.acme.namespace)
    assert event.details == {"group": "Builders"}
    assert [message.to for message in mail.outbox] == [["olga@example.com"]]
    assert "bobby is logged in and" in " ".join(mail.outbox[0].body.split())


def test_it_says_so_once_a_day(
    world: World, full: Plan, django_capture_on_commit_callbacks: Any
) -> None:
    def events() -> int:
        return AuditEvent.objects.filter(action="organization:member:no-room-for-group").count()

    with django_capture_on_commit_callbacks(execute=True):
        for user in (world.bob, world.bob, world.alice):
            replace(user, "Builders")
    assert events() == 2  # one for each person
    assert len(mail.outbox) == 1
    with (
        time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        replace(world.bob, "Builders")
    assert events() == 3
    assert len(mail.outbox) == 2


def test_who_is_a_member_already_gets_the_team_although_the_plan_is_full(
    world: World, full: Plan
) -> None:
    replace(world.mia, "Builders")
    assert "builders" in teams_of(world.mia)


def test_teams_elsewhere_are_not_affected(world: World, full: Plan) -> None:
    umbra = make_organization("umbra", owner=world.olga)
    team = make_team(umbra, "all")
    Team.objects.filter(pk=team.pk).update(external_group="Builders")
    replace(world.bob, "Builders")
    assert teams_of(world.bob) == {"all"}


def test_once_there_is_room_they_come_in_by_themselves(world: World, full: Plan) -> None:
    replace(world.bob, "Builders")
    assert left_out(world.acme).rows() == ["bobby"]
    make_plan("small", members=world.acme.memberships.count() + 1)
    replace(world.bob, "Builders")
    assert teams_of(world.bob) == {"builders"}
    assert left_out(world.acme).rows() == []


def test_owners_see_on_the_page_of_members_who_waits(
    world: World, full: Plan, client: Client
) -> None:
    replace(world.bob, "Builders")
    for user, sees in ((world.olga, True), (world.rita, False)):
        client.force_login(user)
        page = client.get("/o/acme/-/members").content
        assert (b"The plan had no room last week for" in page) is sees


def test_other_organizations_are_left_alone(world: World, builders: Team) -> None:
    umbra = make_organization("umbra", owner=world.bob)
    replace(world.bob, "Builders")
    replace(world.bob)
    assert Membership.objects.filter(organization=umbra, user=world.bob).exists()
