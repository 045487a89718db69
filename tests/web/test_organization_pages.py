"""Pages of an organization: who may open them, and what their forms do."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.audit import AuditAction, record
from accounts.models import (
    AuditEvent,
    Invitation,
    Membership,
    OrganizationDomain,
    OrganizationRole,
    Team,
)
from accounts.principals import Principal
from tests.conftest import World
from tests.factories import (
    PASSWORD,
    make_member,
    make_organization,
    make_people,
    make_team,
    make_user,
    new_user,
)

FOR_MEMBERS = ["members", "teams", "teams/devs", "leave"]
FOR_OWNERS = [
    "audit", "audit.csv", "settings", "settings/domains", "teams/new", "teams/devs/change",
    "teams/devs/delete", "members/rita/remove", "delete",
]  # fmt: skip


def log_in_freshly(client: Client, username: str) -> None:
    """Log in, and confirm who it is."""
    client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


@pytest.mark.parametrize("page", [*FOR_MEMBERS, *FOR_OWNERS])
def test_inner_pages_do_not_exist_for_strangers(world: World, client: Client, page: str) -> None:
    client.force_login(world.bob)
    assert client.get(f"/o/acme/-/{page}").status_code == 404
    assert client.get(f"/o/nothere/-/{page}").status_code == 404


@pytest.mark.parametrize("page", FOR_MEMBERS)
def test_members_see_each_other_and_the_teams(world: World, client: Client, page: str) -> None:
    client.force_login(world.rita)
    assert client.get(f"/o/acme/-/{page}").status_code == 200


@pytest.mark.parametrize("page", FOR_OWNERS)
def test_members_are_told_whom_to_ask(world: World, client: Client, page: str) -> None:
    client.force_login(world.rita)
    response = client.get(f"/o/acme/-/{page}")
    assert response.status_code == 403
    assert "Only owners of acme" in response.content.decode()


@pytest.mark.parametrize("page", [*FOR_MEMBERS, *FOR_OWNERS])
def test_owners_open_every_page(world: World, client: Client, page: str) -> None:
    client.force_login(world.olga)
    response = client.get(f"/o/acme/-/{page}")
    assert response.status_code == 200
    if page != "audit.csv":
        assert response.content.decode().count("<h1") == 1


def test_tabs_are_for_those_who_may_open_them(world: World, client: Client) -> None:
    def tabs() -> set[str]:
        page = client.get("/o/acme").content.decode()
        return {tab for tab in ("members", "teams", "audit", "settings") if f'/-/{tab}"' in page}

    assert tabs() == set()
    client.force_login(world.rita)
    assert tabs() == {"members", "teams"}
    client.force_login(world.olga)
    assert tabs() == {"members", "teams", "audit", "settings"}


def test_anyone_creates_an_organization_and_is_its_owner(world: World, client: Client) -> None:
    client.force_login(world.bob)
    response = client.post("/organizations/new", {"name": "umbra", "display_name": "Umbra Ltd"})
    assert response.headers["Location"] == "/o/umbra"
    assert "umbra" in client.get("/organizations").content.decode()
    refused = client.post("/organizations/new", {"name": "umbra"})
    assert "is taken" in refused.content.decode()


def test_making_an_owner_wants_a_recent_login(world: World, client: Client) -> None:
    client.force_login(world.olga)
    response = client.post("/o/acme/-/members/mila/role", {"role": "owner"})
    assert "/accounts/reauthenticate/" in response.headers["Location"]
    mia = Membership.objects.get(user=world.mia)
    assert mia.role == OrganizationRole.MEMBER
    log_in_freshly(client, "olga")
    client.post("/o/acme/-/members/mila/role", {"role": "owner"})
    mia.refresh_from_db()
    assert mia.role == OrganizationRole.OWNER


@pytest.mark.parametrize(
    "path", ["invitations", "members/rita/role", "invitations/{owner}/send-again"]
)
def test_a_stolen_session_makes_no_owners(world: World, client: Client, path: str) -> None:
    invitation = Invitation.objects.create(
        organization=world.acme, user=world.bob, role="owner", invited_by=world.olga,
        selector="s", secret_digest="d", expires_at="2100-01-01T00:00Z",
    )  # fmt: skip
    client.force_login(world.olga)
    address = f"/o/acme/-/{path.format(owner=invitation.pk)}"
    response = client.post(address, {"role": "owner", "invitee": "alice"})
    assert "/accounts/reauthenticate/" in response.headers["Location"]
    assert Invitation.objects.get().selector == "s"


def test_an_invitation_is_sent_listed_and_revoked(world: World, client: Client) -> None:
    client.force_login(world.olga)
    client.post("/o/acme/-/invitations", {"invitee": "bobby", "role": "member"})
    assert "bobby" in client.get("/o/acme/-/members").content.decode()
    client.post(f"/o/acme/-/invitations/{Invitation.objects.get().pk}/revoke")
    assert not Invitation.objects.open().exists()


def test_an_unknown_invitee_is_an_error_at_the_field(world: World, client: Client) -> None:
    client.force_login(world.olga)
    response = client.post("/o/acme/-/invitations", {"invitee": "nobody", "role": "member"})
    page = response.content.decode()
    assert "<title>Error:" in page
    assert "There is no user nobody." in page


def test_a_member_leaves_and_is_gone(world: World, client: Client) -> None:
    client.force_login(world.rita)
    client.post("/o/acme/-/leave")
    assert client.get("/o/acme/-/members").status_code == 404


def test_the_one_owner_is_not_offered_to_be_a_member(world: World, client: Client) -> None:
    client.force_login(world.olga)
    members = client.get("/o/acme/-/members").content.decode()
    assert members.count('name="role" value="member"') == 0
    Membership.objects.filter(user=world.mia).update(role=OrganizationRole.OWNER)
    members = client.get("/o/acme/-/members").content.decode()
    assert members.count('name="role" value="member"') == 2


def test_the_last_owner_reads_what_to_do_and_gets_no_button(world: World, client: Client) -> None:
    client.force_login(world.olga)
    page = client.get("/o/acme/-/leave").content.decode()
    assert "Make someone else an owner first" in page
    assert "btn-danger" not in page


@pytest.fixture
def umbra(world: World) -> dict[str, Any]:
    """Things of another organization, whose owner is alice."""
    organization = make_organization("umbra", owner=world.alice)
    make_team(organization, "spies", world.alice)
    return {
        "invitation": Invitation.objects.create(
            organization=organization, user=world.bob, invited_by=world.alice,
            selector="s", secret_digest="d", expires_at="2100-01-01T00:00Z",
        ).pk,
        "domain": OrganizationDomain.objects.create(
            organization=organization, name="umbra.test", challenge="c"
        ).pk,
    }  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "invitations/{invitation}/revoke", "invitations/{invitation}/send-again",
        "settings/domains/{domain}/check", "settings/domains/{domain}/remove",
        "teams/spies/change", "teams/spies/delete", "teams/spies/members",
        "teams/spies/members/alice/remove", "teams/spies/members/alice/maintainer",
        "members/alice/role", "members/alice/remove",
    ],
)  # fmt: skip
def test_ids_of_another_organization_are_not_found(
    world: World, client: Client, umbra: dict[str, Any], path: str
) -> None:
    client.force_login(world.olga)
    address = f"/o/acme/-/{path.format(**umbra)}"
    body = {"role": "owner", "username": "alice", "name": "mine", "maintainer": "yes"}
    assert client.post(address, body).status_code == 404
    assert Invitation.objects.open().count() == 1
    assert OrganizationDomain.objects.count() == 1
    assert Team.objects.get(name="spies").memberships.get().is_maintainer is False
    assert not AuditEvent.objects.exists()


def test_a_large_team_is_read_page_by_page(world: World, client: Client) -> None:
    names = [f"crew{number:02}" for number in range(26)]
    people = make_people(*map(new_user, names))
    for person in people:
        make_member(world.acme, person)
    make_team(world.acme, "crew", *people)
    client.force_login(world.olga)
    first, second = (
        client.get(f"/o/acme/-/teams/crew?page={page}").content.decode() for page in (1, 2)
    )
    assert [name for name in names if f">{name}</a>" in first] == names[:25]
    assert [name for name in names if f">{name}</a>" in second] == names[25:]


def test_members_stand_with_their_teams(world: World, client: Client) -> None:
    make_team(world.acme, "ops", world.rita)
    client.force_login(world.olga)
    page = client.get("/o/acme/-/members").content.decode()
    row = next(row for row in page.split("<tr>") if 'href="/u/rita"' in row)
    assert '<a href="/o/acme/-/teams/ops">ops</a>' in row


def test_profile_and_team_are_saved(world: World, client: Client) -> None:
    client.force_login(world.olga)
    client.post("/o/acme/-/settings/profile", {"display_name": "Acme", "link": "https://a.test"})
    client.post("/o/acme/-/teams/new", {"name": "ops", "description": "on call"})
    client.post("/o/acme/-/teams/ops/members", {"username": "rita"})
    page = client.get("/o/acme/-/teams/ops").content.decode()
    assert "rita" in page
    assert "<h1>Acme</h1>" in page
    client.post("/o/acme/-/teams/ops/delete")
    assert not Team.objects.filter(name="ops").exists()


def test_hostile_texts_stay_texts(world: World, client: Client) -> None:
    client.force_login(world.olga)
    hostile = "<script>alert(1)</script>"
    client.post("/o/acme/-/settings/profile", {"display_name": hostile, "description": hostile})
    client.post("/o/acme/-/teams/new", {"name": "ops", "description": hostile})
    for path in ("/o/acme", "/o/acme/-/teams", "/o/acme/-/teams/ops", "/o/acme/-/audit"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_the_audit_is_filtered_and_exported(world: World, client: Client) -> None:
    namespace = world.acme.namespace
    record(AuditAction.TEAM_CREATED, by=Principal(world.olga), namespace=namespace, target="=cmd()")
    record(AuditAction.MEMBER_LEFT, by=Principal(world.mia), namespace=namespace, target="mila")
    client.force_login(world.olga)
    page = client.get("/o/acme/-/audit?actor=mila").content.decode()
    assert ">member left<br>" in page
    assert ">team created<br>" not in page
    assert "=cmd()" not in client.get("/o/acme/-/audit?until=2001-01-01").content.decode()
    assert client.get("/o/acme/-/audit?since=9999-99-99").status_code == 200
    assert client.get("/o/acme/-/audit?until=9999-12-31&since=0001-01-01").status_code == 200
    response: Any = client.get("/o/acme/-/audit.csv?action=organization:team:created")
    rows = list(csv.reader(io.StringIO(response.getvalue().decode())))
    assert len(rows) == 2
    assert rows[1][rows[0].index("target")] == "'=cmd()"


def test_the_audit_of_another_namespace_is_not_in_it(world: World, client: Client) -> None:
    namespace = world.alice.namespace
    record(AuditAction.TEAM_CREATED, by=Principal(world.alice), namespace=namespace, target="hush")
    client.force_login(world.olga)
    assert "hush" not in client.get("/o/acme/-/audit").content.decode()


def test_lists_take_the_same_number_of_queries_whatever_their_length(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    team = Team.objects.get(name="devs")
    for number in range(12):
        member = make_member(world.acme, make_user(f"person{number}"))
        team.memberships.create(membership=member)
    client.force_login(world.olga)
    for path in ("members", "teams", "teams/devs", "settings", "audit"):
        with django_assert_max_num_queries(22):
            client.get(f"/o/acme/-/{path}")


def test_owners_choose_the_picture(world: World, client: Client) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(drawn, "PNG")
    file = SimpleUploadedFile("logo.png", drawn.getvalue())
    client.force_login(world.rita)
    assert client.post("/o/acme/-/settings/picture", {"picture": file}).status_code == 403
    client.force_login(world.olga)
    broken = SimpleUploadedFile("logo.svg", b"<svg onload='x'/>")
    refused = client.post("/o/acme/-/settings/picture", {"picture": broken})
    assert "no picture we can read" in refused.content.decode()
    file.seek(0)
    client.post("/o/acme/-/settings/picture", {"picture": file})
    assert "/avatars/" in client.get("/o/acme").content.decode()
    client.post("/o/acme/-/settings/picture/remove")
    assert "/avatars/" not in client.get("/o/acme").content.decode()


def test_an_organization_with_nothing_in_it_counts_no_zeros(world: World, client: Client) -> None:
    make_organization("hollow", owner=world.olga)
    client.force_login(world.olga)
    log_in_freshly(client, "olga")
    going = client.get("/o/hollow/-/delete").content.decode()
    assert "1 membership" in going
    assert "0 team" not in going
    assert 'href="/o/hollow/-/settings">Keep it</a>' in going
    access = client.get("/o/hollow/-/access").content.decode()
    assert "No repositories yet" in access
    assert "Confirm that I have reviewed this" not in access
