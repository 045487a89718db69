"""Pages of tokens, robots and trusted publishers: every look, by keyboard, from the first click to docker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from tests.e2e import steps
from tests.e2e.backstage import Backstage
from tests.e2e.browser import Look, Window
from tests.e2e.looks import inspect, inspect_as_it_is
from tests.e2e.pages import OF_A_NEWCOMER, OF_MACHINES
from tests.e2e.people import People, Person
from tests.e2e.stack import Stack

MACHINES = """
from datetime import timedelta
from django.utils import timezone
from accounts.flows.organizations import create_organization
from accounts.flows.personal_access_tokens import create_token, revoke_token
from accounts.flows.robot_accounts import create_robot, set_enabled
from accounts.flows.robot_secrets import add_secret
from accounts.models import PersonalAccessToken, RobotSecret, User
from accounts.principals import Principal
from accounts.token_limits import read_limits
from index.flows.create_repository import create_repository
from index.flows.grant_access import grant_access
from index.models import TrustedPublisher
from index.names import parse_repository_name
from index.roles import Role
user = User.objects.get(username=name)
by, soon = Principal(user), timezone.now() + timedelta(days=30)
create_organization(organization, owner=user)
long = f"{organization}/a-name-that-goes-on-and-on-and-on/and-further-down-still"
repository = create_repository(parse_repository_name(long), by=by)
for given in ("laptop of the night shift in Ouagadougou", "old"):
    made = create_token(user, name=given, limits=read_limits([long, "*"], ["push"], ["profile:read"]),
                        networks=["2001:db8::/32"], expires_at=soon, by=by)
revoke_token(made.token, by=by)
for namespace in (user.namespace, repository.namespace):
    robot = create_robot(namespace, name="ci", by=by, description="Builds", responsible=user)
    add_secret(robot, label="GitHub", expires_at=soon, by=by)
    add_secret(robot, label="", expires_at=None, by=by)
    empty = create_robot(namespace, name="empty", by=by)
    set_enabled(empty, enabled=False, by=by)
grant_access(repository, to=robot, role=Role.WRITER, by=by)
used = {"last_used_at": timezone.now(), "last_used_address": "2001:db8:85a3:8d3:1319:8a2e:370:7348"}
RobotSecret.objects.filter(robot=robot).update(**used)
PersonalAccessToken.objects.filter(user=user).update(**used)
job = {"issuer": "https://gitlab.com", "source_repository": "group/and-a-subgroup/and-a-project-of-it",
       "workflow": ".gitlab-ci.yml", "ref": "refs/heads/main", "source_owner_id": "72", "source_id": "20"}
TrustedPublisher.objects.create(repository=repository, **job)
TrustedPublisher.objects.create(robot=robot, **job)
"""


@pytest.fixture(scope="module")
def alice(people: People, backstage: Backstage) -> Person:
    """Someone with tokens, robots and an organization that has them too."""
    alice = people.make("alice")
    backstage.run(MACHINES, name=alice.name, organization=f"{alice.name}-org")
    return alice


@pytest.fixture(scope="module")
def newcomer(people: People) -> Person:
    return people.make("newt")


@pytest.fixture(scope="module")
def windows(
    alice: Person, newcomer: Person, stack: Stack, browser: Browser
) -> Iterator[dict[str, Window]]:
    """A window of each, confirmed a moment ago."""
    found = {}
    for person in (alice, newcomer):
        found[person.name] = window = Window(browser, stack.origin, Look())
        window.log_in(person)
        steps.confirm(window, person)
    yield found
    for window in found.values():
        window.close()


def address(path: str, alice: Person) -> str:
    return path.replace("ALICE", alice.name).replace("ORG", f"{alice.name}-org")


@pytest.mark.parametrize("name", [*OF_MACHINES, *OF_A_NEWCOMER])
def test_pages_of_machines(
    name: str, alice: Person, newcomer: Person, windows: dict[str, Window]
) -> None:
    window = windows[alice.name if name in OF_MACHINES else newcomer.name]
    inspect(window, address((OF_MACHINES | OF_A_NEWCOMER)[name], alice), name)


def test_a_token_is_made_shown_once_and_taken_by_docker(
    people: People, stack: Stack, browser: Browser
) -> None:
    """With JavaScript and the keyboard alone: Enter sends the form from the name's field."""
    person = people.make("alice")
    window = Window(browser, stack.origin, Look())
    window.log_in(person)
    steps.confirm(window, person)
    page = window.open("/settings/tokens/new")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("laptop")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Copy it now: it is shown this once").wait_for()
    secret = page.locator("#secret").inner_text()
    assert secret in page.locator("#login-command").inner_text()
    inspect_as_it_is(window, "token-made")
    laptop = replace(person, password=secret, docker=people.make_docker())
    assert "Login Succeeded" in laptop.login()
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("heading", name="Access tokens", exact=True).wait_for()
    assert secret not in page.content()
    assert window.complaints == []
    window.close()


def test_a_robot_is_made_given_a_role_and_taken_by_docker(
    people: People, stack: Stack, browser: Browser
) -> None:
    """As somebody would who knows only what the pages say, without JavaScript."""
    person = people.make("alice")
    person.login()
    reference = person.push_image("app")
    window = Window(browser, stack.origin, Look(javascript=False))
    window.log_in(person)
    steps.confirm(window, person)
    page = window.open("/settings/robots")
    page.get_by_role("link", name="Make a robot").click()
    page.get_by_label("Name", exact=True).fill("ci")
    page.get_by_role("button", name="Create the robot").click()
    page.get_by_label("Repository", exact=True).fill(f"{person.name}/app")
    page.get_by_role("button", name="Give the role").click()
    page.get_by_role("button", name="Create the secret").click()
    secret = page.locator("#secret").inner_text()
    login = f"{person.name}+ci"
    robot = replace(person, name=login, password=secret, docker=people.make_docker())
    assert "Login Succeeded" in robot.login()
    robot.forget(reference)
    robot.docker("pull", reference)
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name=f"Disable {login}").click()
    page.get_by_text("all of its secrets are refused").first.wait_for()
    robot.forget(reference)
    assert "is disabled" in robot.docker.fails("pull", reference)
    window.close()
