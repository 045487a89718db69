"""The ways to a first image, to a first image of a team, and from a refusal to a right; in every look."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.browser import Look, Window
from tests.e2e.conftest import OpenAs
from tests.e2e.hands import Hands
from tests.e2e.people import People, Person
from tests.e2e.seen import arrives, arrives_without, picture
from tests.waiting import eventually


@pytest.fixture(scope="module")
def alice(people: People) -> Person:
    """Somebody who does everything in every look."""
    return people.make("alice")


@pytest.fixture(scope="module")
def bob(people: People) -> Person:
    """Another one."""
    return people.make("bobby")


def test_from_sign_up_to_the_first_push(people: People, open_as: OpenAs, hands: Hands) -> None:
    nelly, window = people.newcomer("nelly"), open_as(None)
    steps.sign_up(window, nelly)
    steps.enter_code(window, steps.read_code(window, nelly))
    page = window.page
    expect(page.get_by_role("heading", name="The way to your first image")).to_be_visible()
    assert f"docker login {nelly.host} -u {nelly.name}" in window.text
    assert f"docker push {nelly.reference('my-app')}" in window.text
    picture(window, "first-steps")
    hands.log_in(nelly)
    hands.push(nelly, f"{nelly.name}/my-app")
    listed = page.locator("#my-repositories").get_by_role("link", name=f"{nelly.name}/my-app")
    if window.look.javascript:
        arrives(window, page.get_by_role("heading", name="Your first image is here"))
        expect(listed).to_be_visible()
        expect(page.locator("#first-steps-news")).to_have_text(re.compile("first push is here"))
        expect(page.locator("#first-steps li:not(.done)")).to_have_count(0)
        picture(window, "first-steps-done")
    # The repository is there from the first upload on; the push is, once the registry has told of it.
    arrives_without(window, page.get_by_role("heading", name="The way to your first image"))
    expect(listed).to_be_visible()


def test_the_empty_repository_shows_its_first_push(
    alice: Person, look: Look, open_as: OpenAs, hands: Hands
) -> None:
    window, name = open_as(alice), f"empty-{look.name}"
    steps.create_repository(window, name, "")
    hands.log_in(alice)
    hands.push(alice, f"{alice.name}/{name}")
    arrives(window, window.page.get_by_role("heading", name="Tags", exact=True))
    assert f"docker pull {alice.reference(name)}" in window.text


def test_a_new_organization_leads_to_the_first_push_of_a_team(
    alice: Person, bob: Person, open_as: OpenAs, hands: Hands
) -> None:
    window, name = open_as(alice), f"crew{secrets.token_hex(4)}"
    page = window.page
    create_organization(window, name)
    guide = page.locator("#organization-steps")
    expect(guide).to_be_visible()
    picture(window, "organization-steps")

    guide.get_by_role("link", name="Invite someone").click()
    page.get_by_label("User name or e-mail address").fill(bob.name)
    page.get_by_role("button", name="Invite", exact=True).click()
    page.get_by_role("link", name="Make a team of them").click()
    page.get_by_label("Name", exact=True).fill("builders")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("link", name="Make a repository").click()
    page.get_by_label("Name", exact=True).fill("app")
    page.get_by_role("button", name="Create the repository").click()
    page.get_by_text("is there. Push the first image to it.").wait_for()
    accept_invitation(open_as(bob), name)
    grant_to_team(window, name, bob)

    window.open(f"/o/{name}")
    expect(guide.locator("li.done")).to_have_count(4)
    hands.log_in(bob)
    hands.push(bob, f"{name}/app")
    if window.look.javascript:
        arrives(window, page.get_by_role("heading", name="All set"))
        expect(page.locator("#steps-news")).to_have_text(re.compile("first push of the team"))
        picture(window, "organization-steps-done")
    else:
        eventually(lambda: "All set" in window.text or not steps_are_shown(window, name))


def steps_are_shown(window: Window, name: str) -> bool:
    return window.open(f"/o/{name}").locator("#organization-steps").is_visible()


def create_organization(window: Window, name: str) -> None:
    page = window.open("/organizations/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create the organization").click()


def grant_to_team(window: Window, name: str, member: Person) -> None:
    page = window.open(f"/o/{name}/-/teams/builders")
    page.get_by_label("User name of a member").fill(member.name)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="Grant it to the team").click()
    form = page.get_by_role("region", name="Give access")
    form.get_by_label("Who", exact=True).select_option("team:builders")
    form.get_by_label("Role", exact=True).select_option("writer")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("is writer of").wait_for()


def accept_invitation(window: Window, name: str) -> None:
    page = window.open("/")
    page.get_by_role("main").get_by_role("link", name=name).first.click()
    page.get_by_role("button", name="Accept").click()
    page.get_by_text(f"You are in {name} now.").wait_for()


def test_from_docker_s_refusal_to_a_granted_request(
    alice: Person, people: People, look: Look, open_as: OpenAs, hands: Hands
) -> None:
    carl, name = people.make("carl"), f"{alice.name}/asked-{look.name}"
    for person in (alice, carl):
        hands.log_in(person)
    hands.push(alice, name)
    hers, his = open_as(alice), open_as(carl)
    steps.add_collaborator(hers, name, carl, "reader")
    refused = hands.is_refused(carl, name)
    link = re.search(r"ask for it: http://[^/]+(/\S+)", refused)
    assert link, refused

    page = his.open(link.group(1))
    assert "Push: no." in his.text
    picture(his, "explained")
    page.get_by_role("link", name="ask for access").click()
    page.get_by_label("Why").fill("I mend it at night")
    page.get_by_role("button", name="Ask its admins").click()
    expect(page.locator("#own-requests")).to_contain_text("none yet")

    hers.open("/")
    assert "I mend it at night" in hers.text
    picture(hers, "to-answer")
    hers.page.get_by_role("button", name=f"Make {carl.name} writer").click()
    hers.page.get_by_text(f"{carl.name} is writer of {name} now.").wait_for()
    arrives(his, page.locator("#own-requests").get_by_text("granted"))
    his.open("/")
    assert f"You have access to {name} now." in his.text
    hands.push(carl, name)
