"""Choosing the group that fills a team: who may, and what happens to those who are in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone

from accounts.errors import NotAllowed, TeamIsManaged, TextRefused
from accounts.flows.external_groups import replace_groups
from accounts.flows.follow_group import follow_group
from accounts.flows.teams import add_to_team, delete_team
from accounts.models import (
    AuditEvent,
    DirectoryAccount,
    Membership,
    Team,
    TeamMembership,
    User,
)
from accounts.principals import Principal
from tests.conftest import World

pytestmark = pytest.mark.django_db
ISSUER = "https://id.example.com"


@pytest.fixture(autouse=True)
def single_sign_on(settings: Any) -> None:
    """Somebody tells of groups."""
    settings.OIDC_ISSUER = ISSUER


@pytest.fixture
def devs(world: World) -> Team:
    return Team.objects.get(organization=world.acme, name="devs")


@pytest.fixture
def root(world: World) -> User:
    """An administrator of the site."""
    return world.root


def test_an_administrator_lets_a_group_fill_a_team(world: World, devs: Team, root: User) -> None:
    follow_group(devs, by=Principal(root), group="Builders")
    replace_groups(world.bob, ["Builders"], source="single sign-on")
    assert TeamMembership.objects.filter(team=devs, membership__user=world.bob).exists()
    event = AuditEvent.objects.get(action="organization:team:group-changed")
    assert event.details == {"was": "", "group": "Builders"}
    assert event.namespace == world.acme.namespace


def test_owners_may_not_draw_people_in_unless_the_site_says_so(
    world: World, devs: Team, settings: Any
) -> None:
    with pytest.raises(NotAllowed, match="Only administrators"):
        follow_group(devs, by=Principal(world.olga), group="Builders")
    settings.TEAM_GROUPS = "owners"
    follow_group(devs, by=Principal(world.olga), group="Builders")
    for other in (world.mia, world.bob):
        with pytest.raises(NotAllowed):
            follow_group(devs, by=Principal(other), group="Others")
    devs.refresh_from_db()
    assert devs.external_group == "Builders"


def test_whom_no_group_can_bring_leaves_at_once_and_others_with_their_next_login(
    world: World, devs: Team, root: User
) -> None:
    for name in ("rita", "olga"):
        add_to_team(devs, by=Principal(world.olga), username=name)
    SocialAccount.objects.create(user=world.rita, provider=ISSUER, uid="1")
    known = DirectoryAccount.objects.create(
        user=world.olga, key="k", login="olga", checked_at=timezone.now()
    )
    follow_group(devs, by=Principal(root), group="Builders")
    people = TeamMembership.objects.filter(team=devs).values_list("membership__user__username")
    assert {name for (name,) in people} == {"rita", "olga"}
    assert Membership.objects.filter(user=world.mia).exists()  # of the organization still
    known.refresh_from_db()
    assert known.checked_at < timezone.now() - timedelta(days=1)  # asked about at the next sweep


def test_without_the_group_its_people_stay_and_are_kept_by_hand(
    world: World, devs: Team, root: User
) -> None:
    follow_group(devs, by=Principal(root), group="Builders")
    replace_groups(world.bob, ["Builders"], source="single sign-on")
    with pytest.raises(TeamIsManaged):
        add_to_team(devs, by=Principal(world.olga), username="rita")
    follow_group(devs, by=Principal(root), group="")
    replace_groups(world.bob, [], source="single sign-on")
    membership = Membership.objects.get(user=world.bob)
    assert not membership.is_managed
    assert membership.teams.get().team == devs
    add_to_team(devs, by=Principal(world.olga), username="rita")


def test_a_deleted_team_takes_along_whom_only_its_group_brought(
    world: World, devs: Team, root: User
) -> None:
    follow_group(devs, by=Principal(root), group="Builders")
    for user in (world.bob, world.mia):
        replace_groups(user, ["Builders"], source="single sign-on")
    delete_team(devs, by=Principal(world.olga))
    assert not Membership.objects.filter(user=world.bob).exists()
    assert Membership.objects.filter(user=world.mia).exists()


@pytest.mark.parametrize(
    "group", ["x" * 201, " Builders", "Builders ", "Buil\nders", "B\x00", "B\u202e"]
)
def test_a_name_that_cannot_be_seen_as_it_is_is_refused(devs: Team, root: User, group: str) -> None:
    with pytest.raises(TextRefused):
        follow_group(devs, by=Principal(root), group=group)
    assert not AuditEvent.objects.filter(action="organization:team:group-changed").exists()


@pytest.mark.parametrize(
    "group",
    ["/acme/Builders & Söhne", "CN=Bau,OU=Häuser\\, Höfe,DC=example", "*", "a'b\"c", "<b>x</b>"],
)
def test_every_other_name_is_a_name(world: World, devs: Team, root: User, group: str) -> None:
    follow_group(devs, by=Principal(root), group=group)
    replace_groups(world.bob, [group], source="directory")
    assert TeamMembership.objects.filter(team=devs, membership__user=world.bob).exists()
    client = Client()
    client.force_login(root)
    assert b"<b>x</b>" not in client.get("/o/acme/-/teams/devs").content


def test_without_single_sign_on_and_directory_there_are_no_groups(
    devs: Team, root: User, settings: Any
) -> None:
    follow_group(devs, by=Principal(root), group="Builders")
    settings.OIDC_ISSUER = ""
    with pytest.raises(NotAllowed, match="no groups are known"):
        follow_group(devs, by=Principal(root), group="Others")
    follow_group(devs, by=Principal(root), group="")
    assert devs.external_group == ""


# The page and the API.


def test_the_page_is_for_administrators(world: World, root: User, client: Client) -> None:
    page = "/o/acme/-/teams/devs/group"
    for user, status in ((root, 200), (world.olga, 403), (world.mia, 403), (world.bob, 404)):
        client.force_login(user)
        assert client.get(page).status_code == status
        if status != 200:
            assert client.post(page, {"group": "Builders"}).status_code == status
    assert not Team.objects.exclude(external_group="").exists()


def test_the_page_lets_a_group_fill_the_team(world: World, root: User, client: Client) -> None:
    client.force_login(root)
    response = client.post("/o/acme/-/teams/devs/group", {"group": "Builders"}, follow=True)
    assert b"Builders fills the team from now on" in response.content
    assert Team.objects.get(organization=world.acme, name="devs").external_group == "Builders"
    refused = client.post("/o/acme/-/teams/devs/group", {"group": "Builders "})
    assert b"begins or ends with a space" in refused.content


def test_who_may_not_sees_no_button(world: World, root: User, client: Client) -> None:
    for user, sees in ((root, True), (world.olga, False)):
        client.force_login(user)
        page = client.get("/o/acme/-/teams/devs").content
        assert (b"/o/acme/-/teams/devs/group" in page) is sees


def test_the_api_does_the_same(world: World, root: User, client: Client) -> None:
    path = "/api/v1/organizations/acme/teams/devs"
    body = {"external_group": "Builders", "description": "They build"}
    client.force_login(world.olga)
    assert client.patch(path, body, content_type="application/json").status_code == 403
    assert Team.objects.get(organization=world.acme, name="devs").description == ""
    client.force_login(root)
    answer = client.patch(path, body, content_type="application/json")
    assert answer.json() == {"name": "devs", **body}
