"""The checklists that tick themselves: to one's first image, and to the first push of a team."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts.flows.invitations import send_invitation
from accounts.flows.teams import create_team
from accounts.models import Organization, User
from accounts.principals import Principal
from index.flows.request_access import decline_request, grant_request, request_access
from index.models import AccessGrant, AccessRequest, Repository
from index.names import parse_repository_name
from index.organization_steps import organization_steps
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant, make_organization, make_repository, make_teams
from tests.web.test_parts import part_of, seen


def ticked(text: str) -> int:
    return text.count('<li class="done">')


def test_the_commands_are_those_of_this_host_and_this_person(world: World, client: Client) -> None:
    client.force_login(world.bob)
    text = client.get("/").content.decode()
    for command in (
        'docker login index.test <span class="nowrap">-u</span> bobby',
        'docker push index.test/<wbr>bobby/<wbr><span class="nowrap">my-app:1.0</span>',
    ):
        assert command in text
    assert text.count('data-behaviour="copy"') >= 3


def test_the_push_goes_to_the_repository_that_waits_for_it(world: World, client: Client) -> None:
    make_repository("bobby/shop", pushed=False)
    client.force_login(world.bob)
    assert "docker push index.test/<wbr>bobby/<wbr>shop:1.0" in client.get("/").content.decode()


def test_a_repository_of_others_is_not_the_one_that_waits(world: World, client: Client) -> None:
    make_grant(make_repository("acme/shop", pushed=False), world.bob, Role.READER)
    client.force_login(world.bob)
    text = client.get("/").content.decode()
    assert "acme/shop" in text
    assert "Your repository is waiting" not in text


def test_nothing_comes_until_something_is_done(world: World, client: Client) -> None:
    client.force_login(world.bob)
    path = next_look(client)
    assert part_of(client, path, "first-steps").status_code == 204


def next_look(client: Client) -> str:
    text = client.get("/").content.decode()
    found: str = text.partition('id="first-steps"')[2].partition('hx-get="')[2].partition('"')[0]
    return found


def test_the_push_ticks_the_rest_tells_it_and_ends_the_looking(
    world: World, client: Client
) -> None:
    client.force_login(world.bob)
    path = next_look(client)
    make_repository("bobby/shop")
    text = part_of(client, path, "first-steps").content.decode()
    assert ticked(text) == 3
    assert "look-again" not in text
    assert "The first push is here: bobby/shop." in text.partition('role="status"')[2]
    assert 'id="my-repositories" hx-swap-oob' in text
    assert "/r/bobby/shop" in text


def test_who_pushed_sees_no_list_of_steps(world: World, client: Client) -> None:
    make_repository("bobby/shop")
    client.force_login(world.bob)
    assert 'id="first-steps"' not in client.get("/").content.decode()


@pytest.fixture
def umbra(world: World) -> Organization:
    """An organization of bob's, as it was just made."""
    return make_organization("umbra", owner=world.bob)


def test_each_step_of_an_organization_is_done_by_doing_it(
    world: World, umbra: Organization
) -> None:
    me = Principal(world.bob)
    assert next_of(umbra) == "people"
    send_invitation(umbra, by=me, invitee="alice")
    assert next_of(umbra) == "team"
    team = create_team(umbra, by=me, name="crew")
    assert next_of(umbra) == "repository"
    app = make_repository("umbra/app", pushed=False)
    assert next_of(umbra) == "grant"
    AccessGrant.objects.create(repository=app, team=team, role=Role.WRITER)
    assert next_of(umbra) == "push"
    Repository.objects.filter(pk=app.pk).update(last_pushed_at=timezone.now())
    assert next_of(umbra) == ""


def next_of(organization: Organization) -> str:
    return organization_steps(organization).next


def test_creating_one_leads_to_the_steps(world: World, client: Client) -> None:
    client.force_login(world.bob)
    response = client.post("/organizations/new", {"name": "umbra", "display_name": ""})
    text = client.get(response.headers["Location"]).content.decode()
    assert 'id="organization-steps"' in text
    assert "/o/umbra/-/members#invite" in text
    assert 'docker push index.test/<wbr>umbra/<wbr><span class="nowrap">my-app:1.0</span>' in text


def test_other_pages_of_it_name_the_next_step(
    world: World, client: Client, umbra: Organization
) -> None:
    client.force_login(world.bob)
    assert "Step 1 of 5" in client.get("/o/umbra/-/teams").content.decode()
    send_invitation(umbra, by=Principal(world.bob), invitee="alice")
    assert "Step 2 of 5" in client.get("/o/umbra/-/members").content.decode()


@pytest.mark.parametrize("page", ["members/alice/remove", "teams/devs/delete"])
def test_a_page_that_ends_something_names_no_step(
    world: World, client: Client, umbra: Organization, page: str
) -> None:
    make_teams(umbra, devs=world.alice)
    client.force_login(world.bob)
    response = client.get(f"/o/umbra/-/{page}")
    assert response.status_code == 200
    assert "of 5" not in response.content.decode()


@pytest.mark.parametrize("who", ["alice", "root", "anonymous"])
def test_nobody_but_owners_is_led(
    world: World, client: Client, umbra: Organization, who: str
) -> None:
    if person := world.person(who):
        client.force_login(person)
    assert 'id="organization-steps"' not in client.get("/o/umbra").content.decode()
    response = part_of(client, "/o/umbra", "organization-steps")
    assert response.content == b""
    assert response.headers["HX-Redirect"]


def test_the_steps_tick_and_the_repositories_appear(
    world: World, client: Client, umbra: Organization
) -> None:
    client.force_login(world.bob)
    text = client.get("/o/umbra").content.decode()
    path = text.partition('id="organization-steps"')[2].partition('hx-get="')[2].partition('"')[0]
    assert part_of(client, path, "organization-steps").status_code == 204
    make_repository("umbra/app")
    text = part_of(client, path, "organization-steps").content.decode()
    assert ticked(text) == 2
    assert "/r/umbra/app" in text.partition('id="organization-repositories"')[2]


def test_the_steps_can_be_hidden(world: World, client: Client, umbra: Organization) -> None:
    client.force_login(world.bob)
    client.post("/o/umbra/-/guide/hide")
    assert 'id="organization-steps"' not in client.get("/o/umbra").content.decode()


def ask(world: World, who: User) -> AccessRequest:
    name = parse_repository_name("acme/app")
    request = request_access(name, by=Principal(who), role=Role.WRITER, message="for the release")
    assert request
    return request


def test_a_request_waits_on_the_dashboard_of_who_may_grant_it(world: World, client: Client) -> None:
    ask(world, world.bob)
    client.force_login(world.mia)
    assert "People ask you" not in client.get("/").content.decode()
    client.force_login(world.olga)
    text = client.get("/").content.decode()
    assert "for the release" in text
    assert "Make bobby writer" in text


def test_an_admin_by_grant_is_asked_too(world: World, client: Client) -> None:
    ask(world, world.bob)
    make_grant(world.app, world.alice, Role.ADMIN)
    client.force_login(world.alice)
    assert "Make bobby writer" in client.get("/").content.decode()


def test_one_press_grants_what_was_asked_for(world: World, client: Client) -> None:
    request = ask(world, world.bob)
    client.force_login(world.olga)
    path = f"/r/acme/app/-/access/requests/{request.pk}/grant"
    response = client.post(path, {"role": "writer", "back": "dashboard"})
    assert response.headers["Location"] == "/"
    assert AccessGrant.objects.get(user=world.bob).role == Role.WRITER


def test_the_answer_is_on_the_dashboard_of_who_asked(world: World, client: Client) -> None:
    grant_request(ask(world, world.bob), by=Principal(world.olga), role=Role.WRITER)
    client.force_login(world.bob)
    assert "You have access to" in client.get("/").content.decode()


def test_a_refusal_does_not_tell_a_stranger_that_there_is_something(
    world: World, client: Client
) -> None:
    decline_request(ask(world, world.bob), by=Principal(world.olga))
    client.force_login(world.bob)
    assert "acme/app" not in client.get("/").content.decode()
    client.force_login(world.rita)
    decline_request(ask(world, world.rita), by=Principal(world.olga))
    assert "You were not made writer of" in client.get("/").content.decode()


def test_an_answer_appears_in_the_list_of_requests(world: World, client: Client) -> None:
    request = ask(world, world.rita)
    client.force_login(world.rita)
    text = client.get("/settings/requests").content.decode()
    path = text.partition('id="own-requests"')[2].partition('hx-get="')[2].partition('"')[0]
    assert part_of(client, path, "own-requests").status_code == 204
    grant_request(request, by=Principal(world.olga), role=Role.WRITER)
    response = part_of(client, path, "own-requests")
    assert "There is an answer." in response.content.decode()
    assert seen(response) != path
