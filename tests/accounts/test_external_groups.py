"""Groups of a directory or provider become teams: replaced, never only added."""

from __future__ import annotations

import pytest

from accounts.flows.external_groups import replace_groups
from accounts.models import AuditEvent, Membership, OrganizationRole, Team, User
from tests.conftest import World
from tests.factories import make_organization, make_team


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


def test_other_organizations_are_left_alone(world: World, builders: Team) -> None:
    umbra = make_organization("umbra", owner=world.bob)
    replace(world.bob, "Builders")
    replace(world.bob)
    assert Membership.objects.filter(organization=umbra, user=world.bob).exists()
