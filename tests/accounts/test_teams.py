"""Teams: who may fill them, and what a maintainer may not."""

from __future__ import annotations

import pytest

from accounts.errors import AlreadyMember, NameInvalid, NameTaken, NotAllowed, TeamIsManaged
from accounts.flows.teams import (
    add_to_team,
    change_maintainer,
    change_team,
    create_team,
    delete_team,
    remove_from_team,
)
from accounts.models import AuditEvent, Team, TeamMembership
from accounts.principals import Principal
from index.models import AccessGrant
from tests.conftest import World
from tests.factories import make_organization


@pytest.fixture
def devs(world: World) -> Team:
    """The team whose maintainer is mila."""
    team = Team.objects.get(organization=world.acme, name="devs")
    TeamMembership.objects.filter(team=team).update(is_maintainer=True)
    return team


def place_of(team: Team, username: str) -> TeamMembership:
    """Someone's place in the team."""
    return TeamMembership.objects.get(team=team, membership__user__username=username)


def test_a_maintainer_adds_and_removes_members(world: World, devs: Team) -> None:
    mia = Principal(world.mia)
    place = add_to_team(devs, by=mia, username="rita")
    assert not place.is_maintainer
    remove_from_team(place, by=mia)
    assert devs.memberships.count() == 1
    assert AuditEvent.objects.filter(action__contains="team-member").count() == 2


def test_a_maintainer_may_do_no_more_than_that(world: World, devs: Team) -> None:
    mia = Principal(world.mia)
    place = add_to_team(devs, by=Principal(world.olga), username="rita")
    change_maintainer(place, by=Principal(world.olga), is_maintainer=True)
    other = Team.objects.get(organization=world.acme, name="readers")
    for change in (
        lambda: remove_from_team(place, by=mia),
        lambda: change_maintainer(place, by=mia, is_maintainer=False),
        lambda: change_team(devs, by=mia, name="ours", description=""),
        lambda: delete_team(devs, by=mia),
        lambda: create_team(world.acme, by=mia, name="more"),
        lambda: add_to_team(other, by=mia, username="mila"),
    ):
        with pytest.raises(NotAllowed):
            change()
    place.refresh_from_db()
    assert place.is_maintainer
    assert Team.objects.filter(organization=world.acme).count() == 2


def test_only_people_of_the_organization_are_in_teams_and_others_are_not_told_apart(
    world: World, devs: Team
) -> None:
    sentences = set()
    for name in ("bobby", "nobody", "newt"):
        with pytest.raises(NotAllowed) as refusal:
            add_to_team(devs, by=Principal(world.mia), username=name)
        sentences.add(str(refusal.value).replace(name, "NAME"))
    assert len(sentences) == 1
    assert devs.memberships.count() == 1


def test_anyone_leaves_a_team_alone(world: World, devs: Team) -> None:
    remove_from_team(place_of(devs, "mila"), by=Principal(world.mia))
    assert not devs.memberships.exists()


def test_a_team_of_a_group_is_not_filled_by_hand(world: World, devs: Team) -> None:
    devs.external_group = "cn=devs"
    devs.save()
    olga = Principal(world.olga)
    with pytest.raises(TeamIsManaged):
        add_to_team(devs, by=olga, username="rita")
    with pytest.raises(TeamIsManaged):
        remove_from_team(place_of(devs, "mila"), by=olga)
    with pytest.raises(NotAllowed):
        remove_from_team(place_of(devs, "mila"), by=Principal(world.rita))
    assert devs.memberships.count() == 1


def test_twice_in_a_team_is_refused(world: World, devs: Team) -> None:
    with pytest.raises(AlreadyMember):
        add_to_team(devs, by=Principal(world.olga), username="mila")


@pytest.mark.parametrize("name", ["", "a", "A-team", "new", "-x", "x--y", "a" * 31, "../x", "ü1"])
def test_a_team_name_outside_the_grammar_is_refused(world: World, name: str) -> None:
    with pytest.raises(NameInvalid):
        create_team(world.acme, by=Principal(world.olga), name=name)


def test_a_name_is_taken_once_per_organization(world: World, devs: Team) -> None:
    with pytest.raises(NameTaken):
        create_team(world.acme, by=Principal(world.olga), name="devs")
    with pytest.raises(NameTaken):
        change_team(devs, by=Principal(world.olga), name="readers", description="")
    umbra = make_organization("umbra", owner=world.alice)
    assert create_team(umbra, by=Principal(world.alice), name="devs").pk


def test_a_deleted_team_takes_its_grants_along(world: World, devs: Team) -> None:
    delete_team(devs, by=Principal(world.olga))
    assert not AccessGrant.objects.filter(team__name="devs").exists()
    assert world.acme.memberships.count() == 3
