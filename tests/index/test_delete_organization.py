"""Deleting an organization: refused while repositories are left; everything else ends with it."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.errors import NameTaken, NotAllowed, OrganizationInUse
from accounts.flows.invitations import send_invitation
from accounts.flows.organizations import create_organization
from accounts.models import Invitation, Membership, RobotAccount, Team
from accounts.principals import Principal
from index.errors import Denied
from index.flows.create_repository import create_repository
from index.flows.delete_organization import delete_organization
from index.models import Repository, RepositoryState
from index.names import parse_repository_name
from tests.conftest import World


@pytest.fixture
def empty(world: World) -> World:
    """The world, with nothing left in acme."""
    Repository.objects.filter(pk=world.app.pk).update(state=RepositoryState.DELETED)
    return world


@pytest.mark.parametrize("state", [RepositoryState.ACTIVE, RepositoryState.DELETING])
def test_repositories_that_are_left_are_in_the_way(world: World, state: RepositoryState) -> None:
    Repository.objects.filter(pk=world.app.pk).update(state=state)
    with pytest.raises(OrganizationInUse, match="1 repository is left"):
        delete_organization(world.acme, by=Principal(world.olga))
    assert Membership.objects.filter(organization=world.acme).count() == 3


@pytest.mark.parametrize("who", ["mia", "bob"])
def test_only_owners_delete(empty: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        delete_organization(empty.acme, by=Principal(empty.person(who)))
    empty.acme.refresh_from_db()
    assert empty.acme.deleted_at is None


def test_everything_ends_but_the_name(empty: World, client: Client) -> None:
    robot = RobotAccount.objects.create(namespace=empty.acme.namespace, name="ci")
    send_invitation(empty.acme, by=Principal(empty.olga), invitee="bobby")
    delete_organization(empty.acme, by=Principal(empty.olga))
    assert not Membership.objects.exists()
    assert not Team.objects.exists()
    assert not Invitation.objects.open().exists()
    assert robot not in RobotAccount.objects.enabled()
    client.force_login(empty.olga)
    for path in ("/o/acme", "/o/acme/-/members", "/o/acme/-/settings", "/o/acme/-/audit"):
        assert client.get(path).status_code == 404, path
    with pytest.raises(NameTaken):
        create_organization("acme", owner=empty.bob)


@pytest.mark.parametrize("who", ["olga", "root"])
def test_nobody_creates_anything_in_it_afterwards(empty: World, who: str) -> None:
    delete_organization(empty.acme, by=Principal(empty.olga))
    with pytest.raises(Denied):
        create_repository(parse_repository_name("acme/new"), by=Principal(empty.person(who)))


def test_the_page_lists_what_is_left_and_has_no_button(world: World, client: Client) -> None:
    client.force_login(world.olga)
    page = client.get("/o/acme/-/delete").content.decode()
    assert "/r/acme/app/-/settings" in page
    assert "Type the name to confirm" not in page


def test_the_page_wants_a_recent_login_and_the_typed_name(empty: World, client: Client) -> None:
    client.force_login(empty.olga)
    response = client.post("/o/acme/-/delete", {"name": "acme"})
    assert "/accounts/reauthenticate/" in response.headers["Location"]
    client.post("/accounts/reauthenticate/", {"password": "a long quiet river"})
    assert client.post("/o/acme/-/delete", {"name": "acm"}).status_code == 200
    empty.acme.refresh_from_db()
    assert empty.acme.deleted_at is None
    assert client.post("/o/acme/-/delete", {"name": "acme"}).headers["Location"] == "/trash"
    empty.acme.refresh_from_db()
    assert empty.acme.deleted_at
