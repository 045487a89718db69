"""The four flows from end to end, with the real docker: wide and narrow, light and dark, with scripts and without."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e import steps
from tests.e2e.browser import PHONE, Look, Window, keep_screenshot
from tests.e2e.conftest import OpenWindow
from tests.e2e.people import People, Person
from tests.waiting import eventually

_SOON = 30_000  # milliseconds
_SWEEP = 45  # seconds: what a registry in trouble delays is taken up by then


# Each value of width, scheme and scripts beside each value of the two others.
_LOOKS = (
    Look(),
    Look(width=PHONE, scheme="dark"),
    Look(width=PHONE, javascript=False),
    Look(scheme="dark", javascript=False),
)


def named(look: Look) -> str:
    return f"{look}-{'scripts' if look.javascript else 'plain'}"


@pytest.fixture(params=_LOOKS, ids=named)
def own_window(request: pytest.FixtureRequest, open_window: OpenWindow) -> Window:
    """One's own window, in each look."""
    return open_window(request.param)


@pytest.fixture
def other_window(own_window: Window, open_window: OpenWindow) -> Window:
    """Another person's, of the same look."""
    return open_window(own_window.look)


def picture(window: Window, name: str) -> None:
    keep_screenshot(window, f"{name}-{named(window.look)}")


def arrives(window: Window, what: Locator) -> None:
    """See it come: by itself where there is JavaScript, by loading the page again where there is none."""
    if window.look.javascript:
        window.page.evaluate("window.isTheSamePage = true")
        expect(what).to_be_visible(timeout=_SOON)
        assert window.page.evaluate("window.isTheSamePage")
        return

    def is_there() -> bool:
        window.page.reload()
        return what.is_visible()

    eventually(is_there, within=30)


def arrives_without(window: Window, what: Locator) -> None:
    """Load the page again until that is not on it any more."""

    def is_gone() -> bool:
        window.page.reload()
        return what.count() == 0

    eventually(is_gone, within=30)


def test_from_sign_up_to_the_first_push(people: People, own_window: Window) -> None:
    nelly, window = people.newcomer("nelly"), own_window
    steps.sign_up(window, nelly)
    steps.enter_code(window, steps.read_code(window, nelly))
    page = window.page
    expect(page.get_by_role("heading", name="The way to your first image")).to_be_visible()
    assert f"docker login {nelly.host} -u {nelly.name}" in window.text
    assert f"docker push {nelly.reference('my-app')}" in window.text
    picture(window, "first-steps")
    nelly.login()
    nelly.push_image("my-app")
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


def test_the_empty_repository_shows_its_first_push(alice: Person, own_window: Window) -> None:
    window = own_window
    window.log_in(alice)
    steps.create_repository(window, "app", "")
    alice.push_image("app")
    arrives(window, window.page.get_by_role("heading", name="Tags", exact=True))
    assert f"docker pull {alice.reference('app')}" in window.text


def test_a_new_organization_leads_to_the_first_push_of_a_team(
    alice: Person, bob: Person, own_window: Window, other_window: Window
) -> None:
    window, page, name = own_window, own_window.page, f"crew{secrets.token_hex(4)}"
    window.log_in(alice)
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
    accept_invitation(other_window, bob, name)
    grant_to_team(window, name, bob)

    window.open(f"/o/{name}")
    expect(guide.locator("li.done")).to_have_count(4)
    reference = f"{bob.host}/{name}/app:1.0"
    bob.docker("tag", bob.make_image("app"), reference)
    bob.docker("push", reference)
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


def accept_invitation(window: Window, person: Person, name: str) -> None:
    window.log_in(person)
    window.page.get_by_role("main").get_by_role("link", name=name).first.click()
    window.page.get_by_role("button", name="Accept").click()
    window.page.get_by_text(f"You are in {name} now.").wait_for()


def test_from_docker_s_refusal_to_a_granted_request(
    alice: Person, bob: Person, own_window: Window, other_window: Window
) -> None:
    name, reference = f"{alice.name}/app", alice.push_image("app")
    mine, his = own_window, other_window
    mine.log_in(alice)
    steps.add_collaborator(mine, name, bob, "reader")
    his.log_in(bob)
    refused = bob.docker.fails("push", reference)
    link = re.search(r"ask for it: http://[^/]+(/\S+)", refused)
    assert link, refused

    page = his.open(link.group(1))
    assert "Push: no." in his.text
    picture(his, "explained")
    page.get_by_role("link", name="ask for access").click()
    page.get_by_label("Why").fill("I mend it at night")
    page.get_by_role("button", name="Ask its admins").click()
    expect(page.locator("#own-requests")).to_contain_text("none yet")

    mine.open("/")
    assert "I mend it at night" in mine.text
    picture(mine, "to-answer")
    mine.page.get_by_role("button", name=f"Make {bob.name} writer").click()
    mine.page.get_by_text(f"{bob.name} is writer of {name} now.").wait_for()
    arrives(his, page.locator("#own-requests").get_by_text("granted"))
    his.open("/")
    assert "You have access to" in his.text
    bob.docker("push", reference)


def test_a_deleted_repository_is_had_back_at_once(alice: Person, own_window: Window) -> None:
    window, name, reference = own_window, f"{alice.name}/app", alice.push_image("app")
    alice.forget(reference)
    window.log_in(alice)
    page = window.open(f"/r/{name}/-/delete")
    assert "1 tag" in window.text
    assert "Who loses access" in window.text
    steps.trash_repository(window, name)
    alice.docker.fails("pull", reference)
    picture(window, "undo")
    page.get_by_role("button", name="Undo").click()
    page.get_by_text(f"{name} is back, exactly as it was.").wait_for()
    alice.docker("pull", reference)


def test_deleted_tags_are_had_back_at_once(alice: Person, own_window: Window) -> None:
    window, path = own_window, f"/r/{alice.name}/app/-"
    references = [alice.push_image("app", tag) for tag in ("1.0", "1.1")]
    window.log_in(alice)
    page = window.page
    eventually(lambda: has_tags(window, f"{path}/tags", "1.0", "1.1"))
    window.open(f"{path}/delete-tags?pattern=1.*")
    assert window.text.count("Is deleted.") == 2
    page.get_by_role("button", name="Delete these tags").click()
    page.get_by_text("2 tags are deleted.").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("2 tags are being put back.").wait_for()
    eventually(lambda: has_tags(window, f"{path}/tags", "1.0", "1.1"), within=_SWEEP)
    for reference in references:
        alice.forget(reference)
        alice.docker("pull", reference)


def has_tags(window: Window, path: str, *tags: str) -> bool:
    window.open(path)
    return all(window.page.get_by_role("link", name=tag, exact=True).count() for tag in tags)


def test_a_deleted_organization_is_had_back_at_once(
    alice: Person, bob: Person, own_window: Window, people: People
) -> None:
    window, page, name = own_window, own_window.page, f"crew{secrets.token_hex(4)}"
    people.backstage.run(_CREW, name=name, owner=alice.name, member=bob.name)
    window.log_in(alice)
    steps.confirm(window, alice)
    window.open(f"/o/{name}/-/delete")
    assert "2 memberships" in window.text
    assert "can be undone for 7 days" in window.text
    picture(window, "organization-delete")
    page.get_by_label("Type the name to confirm").fill(name)
    page.get_by_role("button", name=f"Delete {name}").click()
    page.get_by_text(f"{name} is deleted.").wait_for()
    picture(window, "organization-trash")
    page.get_by_role("button", name="Undo").click()
    page.get_by_text(f"{name} is back").wait_for()
    window.open(f"/o/{name}/-/members")
    assert bob.name in window.text


_CREW = """
from accounts.flows.organizations import create_organization
from accounts.models import Membership, User
crew = create_organization(name, owner=User.objects.get(username=owner))
Membership.objects.create(organization=crew, user=User.objects.get(username=member))
"""
