"""What is deleted is looked at before, and had back at once; in every look."""

from __future__ import annotations

import secrets

import pytest

from tests.e2e import steps
from tests.e2e.browser import Look, Window
from tests.e2e.conftest import OpenAs
from tests.e2e.hands import Hands
from tests.e2e.people import People, Person
from tests.e2e.seen import picture
from tests.waiting import eventually

_SWEEP = 45  # seconds: what a registry in trouble delays is taken up by then
_CREW = """
from accounts.flows.organizations import create_organization
from accounts.models import Membership, User
crew = create_organization(name, owner=User.objects.get(username=owner))
Membership.objects.create(organization=crew, user=User.objects.get(username=member))
"""


@pytest.fixture(scope="module")
def alice(people: People) -> Person:
    """Somebody who deletes something in every look."""
    return people.make("alice")


@pytest.fixture(scope="module")
def bob(people: People) -> Person:
    """A member of what she deletes."""
    return people.make("bobby")


def test_a_deleted_repository_is_had_back_at_once(
    alice: Person, look: Look, open_as: OpenAs, hands: Hands
) -> None:
    window, name = open_as(alice), f"{alice.name}/whole-{look.name}"
    hands.log_in(alice)
    hands.push(alice, name)
    page = window.page
    eventually(lambda: "1 tag" in read(window, f"/r/{name}/-/delete"))
    assert "Who loses access" in window.text
    steps.trash_repository(window, name)
    hands.pulls_nothing(alice, name)
    picture(window, "undo")
    page.get_by_role("button", name="Undo").click()
    page.get_by_text(f"{name} is back, exactly as it was.").wait_for()
    hands.pull(alice, name)


def test_deleted_tags_are_had_back_at_once(
    alice: Person, look: Look, open_as: OpenAs, hands: Hands
) -> None:
    window, name, tags = open_as(alice), f"{alice.name}/tags-{look.name}", ("1.0", "1.1")
    hands.log_in(alice)
    for tag in tags:
        hands.push(alice, name, tag)
    page, path = window.page, f"/r/{name}/-"
    eventually(lambda: has_tags(window, f"{path}/tags", *tags))
    assert read(window, f"{path}/delete-tags?pattern=1.*").count("Is deleted.") == 2
    page.get_by_role("button", name="Delete these tags").click()
    page.get_by_text("2 tags are deleted.").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("2 tags are being put back.").wait_for()
    eventually(lambda: has_tags(window, f"{path}/tags", *tags), within=_SWEEP)
    for tag in tags:
        hands.pull(alice, name, tag)


def read(window: Window, path: str) -> str:
    window.open(path)
    return window.text


def has_tags(window: Window, path: str, *tags: str) -> bool:
    window.open(path)
    return all(window.page.get_by_role("link", name=tag, exact=True).count() for tag in tags)


def test_a_deleted_organization_is_had_back_at_once(
    alice: Person, bob: Person, open_as: OpenAs, people: People
) -> None:
    window, name = open_as(alice), f"crew{secrets.token_hex(4)}"
    page = window.page
    people.backstage.run(_CREW, name=name, owner=alice.name, member=bob.name)
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
