"""Every page of an organization, wide and narrow, light and dark, and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.e2e import steps
from tests.e2e.browser import Look, Window
from tests.e2e.looks import inspect
from tests.e2e.pages import OF_AN_ORGANIZATION
from tests.e2e.people import People, Person
from tests.e2e.stack import Stack

_FOUND = """
from accounts.flows.domains import claim_domain
from accounts.flows.invitations import send_invitation
from accounts.flows.organizations import create_organization
from accounts.flows.teams import add_to_team, create_team
from accounts.models import Membership, User
from accounts.principals import Principal
from datetime import timedelta
from django.utils import timezone
from index.flows.change_default_grants import give_by_default
from index.flows.create_repository import create_repository
from index.flows.grant_access import grant_access
from index.flows.request_access import request_access
from index.names import parse_repository_name
from index.roles import Role
owner, mia, guest = (User.objects.get(username=one) for one in (owner, mia, guest))
by = Principal(owner)
create_organization(empty, owner=owner)
acme = create_organization(name, owner=owner, display_name="A name of more than two or three words")
Membership.objects.create(organization=acme, user=mia)
team = create_team(acme, by=by, name="builders", description="Whoever builds what runs at night")
add_to_team(team, by=by, username=mia.username)
send_invitation(acme, by=by, invitee=guest.username)
send_invitation(acme, by=by, invitee="a-long-address.of-someone@subdomain.of-a-company.example.com")
claim_domain(acme, by=by, name="a-domain.of-some-length.example.com")
domain = claim_domain(acme, by=by, name="example.org")
domain.verified_at = timezone.now()
domain.save()
give_by_default(acme.namespace, to=team, role=Role.WRITER, by=by)
made = parse_repository_name(f"{name}/app")
app = create_repository(made, by=by)
grant_access(app, to=guest, role=Role.READER, by=by, until=timezone.now() + timedelta(days=9))
request_access(made, by=Principal(guest), role=Role.WRITER, message="I repair it at night")
request_access(made, by=Principal(mia), role=Role.ADMIN)
"""


@dataclass(frozen=True)
class Acme:
    """An organization with one of everything, and one with nothing."""

    owner: Person
    mia: Person
    guest: Person
    name: str
    empty: str

    def path(self, name: str) -> str:
        """Return the address of a page."""
        path = OF_AN_ORGANIZATION[name].replace("ACME", self.name).replace("EMPTY", self.empty)
        return path.replace("MIA", self.mia.name)


@pytest.fixture(scope="module")
def acme(people: People) -> Acme:
    """Found both, backstage."""
    owner, mia, guest = (people.make(stem) for stem in ("olga", "mila", "gus"))
    found = Acme(owner, mia, guest, f"o-{owner.name}", f"e-{owner.name}")
    people.backstage.run(
        _FOUND, owner=owner.name, mia=mia.name, guest=guest.name, name=found.name, empty=found.empty
    )
    return found


def open_as(person: Person, stack: Stack, browser: Browser) -> Window:
    """Open a window of someone who has just confirmed who they are."""
    window = Window(browser, stack.origin, Look())
    window.log_in(person)
    steps.confirm(window, person)
    return window


@pytest.fixture(scope="module")
def window(acme: Acme, stack: Stack, browser: Browser) -> Iterator[Window]:
    """A window of the owner."""
    opened = open_as(acme.owner, stack, browser)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", OF_AN_ORGANIZATION)
def test_pages_of_an_organization(name: str, acme: Acme, window: Window) -> None:
    inspect(window, acme.path(name), name)


def test_pages_of_who_is_invited(acme: Acme, stack: Stack, browser: Browser) -> None:
    invited = open_as(acme.guest, stack, browser)
    inspect(invited, "/", "dashboard-invited")
    invited.page.get_by_role("link", name=acme.name, exact=True).first.click()
    invited.page.wait_for_url("**/invitations/*")
    inspect(invited, invited.page.url.removeprefix(stack.origin), "invitation")
    inspect(invited, "/settings/requests", "requests-made")
    inspect(invited, "/invites/wbi_nothing", "invitation-unknown", 404)
    invited.close()


def test_pages_of_a_member(acme: Acme, stack: Stack, browser: Browser) -> None:
    member = open_as(acme.mia, stack, browser)
    for name in ("organization", "members", "teams", "team", "leave"):
        inspect(member, acme.path(name), f"{name}-of-member")
    member.close()
