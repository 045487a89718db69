"""Organizations over the REST API: the same answers as the pages give."""

from __future__ import annotations

import posixpath
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.limits import Limit
from accounts.models import (
    AuditEvent,
    Invitation,
    Membership,
    Organization,
    OrganizationDomain,
    OrganizationRole,
    Team,
)
from accounts.principals import Principal
from index.pull_limits import count_pull
from tests.clients import basic, confirm
from tests.conftest import World
from tests.factories import make_member, make_organization, make_team, make_user

API = "/api/v1/organizations"


class Caller:
    """Someone who speaks JSON, by password or by session."""

    def __init__(self, username: str = "", *, session_of: Any = None) -> None:
        self._client = Client()
        if session_of:
            self._client.force_login(session_of)
            confirm(self._client)
        self._headers = {"Authorization": basic(username)} if username else {}

    def __call__(self, method: str, path: str, **body: Any) -> Any:
        call = getattr(self._client, method)
        arguments = {"data": body, "content_type": "application/json"} if method != "get" else {}
        return call(posixpath.normpath(f"{API}{path}"), headers=self._headers, **arguments)


def test_one_creates_describes_and_lists_organizations(world: World) -> None:
    bob = Caller("bobby")
    assert bob("post", "", name="umbra").status_code == 201
    answer = bob("patch", "/umbra", description="Rain", members_may_create=True)
    assert (answer.json()["description"], answer.json()["members_may_create"]) == ("Rain", True)
    assert [one["name"] for one in bob("get", "").json()["results"]] == ["umbra"]


def test_a_taken_or_odd_name_is_refused(world: World) -> None:
    bob = Caller("bobby")
    assert bob("post", "", name="acme").status_code == 409
    assert bob("post", "", name="Acme").status_code == 400
    assert bob("patch", "/acme", description="mine").status_code == 404


def test_anyone_sees_the_profile_and_members_the_rules(world: World) -> None:
    assert "requires_second_factor" not in Caller()("get", "/acme").json()
    assert "requires_second_factor" in Caller("rita")("get", "/acme").json()
    assert "id" not in Caller("olga")("get", "/acme").json()


@pytest.mark.parametrize(
    "path", ["members", "members/rita", "teams", "teams/devs", "teams/devs/members"]
)
def test_inner_lists_are_for_members(world: World, path: str) -> None:
    assert Caller("rita")("get", f"/acme/{path}").status_code == 200
    assert Caller("bobby")("get", f"/acme/{path}").status_code == 404
    assert Caller()("get", f"/acme/{path}").status_code == 401


@pytest.mark.parametrize("path", ["invitations", "domains", "audit"])
def test_owners_lists_are_for_owners(world: World, path: str) -> None:
    assert Caller("olga")("get", f"/acme/{path}").status_code == 200
    assert Caller("rita")("get", f"/acme/{path}").status_code == 403
    assert Caller("bobby")("get", f"/acme/{path}").status_code == 404


def test_an_invitation_never_carries_its_link(world: World) -> None:
    answer = Caller("olga")("post", "/acme/invitations", invitee="bobby", team="devs")
    assert answer.status_code == 201
    assert "wbi_" not in answer.content.decode()
    assert answer.json()["team"] == "devs"
    assert Caller("olga")("delete", f"/acme/invitations/{answer.json()['id']}").status_code == 204
    assert not Invitation.objects.open().exists()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/acme/invitations", {"invitee": "bobby", "role": "owner"}),
        ("patch", "/acme/members/rita", {"role": "owner"}),
        ("patch", "/acme/members/second", {"role": "member"}),
        ("delete", "/acme/members/second", {}),
        ("delete", "/acme/members/olga", {}),
        ("delete", "/acme", {}),
        ("patch", "/acme", {"requires_second_factor": False}),
    ],
)
def test_only_a_session_makes_and_unmakes_owners(
    world: World, method: str, path: str, body: dict[str, Any]
) -> None:
    make_member(world.acme, make_user("second"), role=OrganizationRole.OWNER)
    Organization.objects.filter(name="acme").update(requires_second_factor="factor" in str(body))
    before = list(Membership.objects.values_list("user", "role").order_by("pk"))
    answer = Caller("olga")(method, path, **body)
    if "factor" not in str(body):
        assert answer.status_code == 403
        assert "log-in in the browser" in answer.json()["detail"]
    assert answer.status_code in {401, 403}
    assert list(Membership.objects.values_list("user", "role").order_by("pk")) == before
    assert not Invitation.objects.exists()
    assert Organization.objects.get(name="acme").deleted_at is None


def invite_by_olga(**body: Any) -> int:
    """Send an invitation to acme; return its number."""
    found: int = Caller("olga")("post", "/acme/invitations", **body).json()["id"]
    return found


def test_one_reads_and_accepts_an_invitation_with_a_session(world: World) -> None:
    number = invite_by_olga(invitee="bobby", team="devs")
    bob = Caller(session_of=world.bob)
    listed = bob("get", "/../user/invitations").json()["results"]
    assert [(one["id"], one["organization"], one["role"], one["team"]) for one in listed] == [
        (number, "acme", "member", "devs")
    ]
    assert bob("post", f"/../user/invitations/{number}/accept", role="owner").status_code == 204
    assert Membership.objects.get(user=world.bob).role == OrganizationRole.MEMBER
    assert bob("get", "/../user/invitations").json()["results"] == []
    assert bob("post", f"/../user/invitations/{number}/accept").status_code == 400


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_another_account_and_a_password_answer_no_invitation(world: World, verb: str) -> None:
    path = f"/../user/invitations/{invite_by_olga(invitee='bobby')}/{verb}"
    assert Caller(session_of=world.alice)("post", path).status_code == 404
    assert Caller("bobby")("post", path).status_code == 403
    assert Invitation.objects.get().is_open
    assert Caller("bobby")("get", "/../user/invitations").status_code == 403


def test_one_declines_an_invitation_with_a_session(world: World) -> None:
    number = invite_by_olga(invitee="bobby")
    bob = Caller(session_of=world.bob)
    assert bob("post", f"/../user/invitations/{number}/decline").status_code == 204
    assert Invitation.objects.get().declined_at is not None
    assert not Membership.objects.filter(user=world.bob).exists()


def test_a_namespace_says_how_much_is_used_to_who_holds_it_alone(world: World) -> None:
    answer = Caller("olga")("get", "/../namespaces/acme/usage").json()
    assert answer == {
        "plan": "organization",
        "usage": [
            {"what": "private repositories", "used": 1, "limit": None},
            {"what": "members", "used": 3, "limit": None},
            {"what": "storage", "used": 0, "limit": None},
        ],
        "pulls": None,
    }
    assert Caller("alice")("get", "/../namespaces/alice/usage").json()["plan"] == "unlimited"
    for who in ("mila", "bobby"):
        assert Caller(who)("get", "/../namespaces/acme/usage").status_code == 404
    assert Caller("bobby")("get", "/../namespaces/nothing/usage").status_code == 404


def test_the_use_of_a_namespace_tells_its_pulls_if_they_are_limited(
    world: World, settings: Any
) -> None:
    settings.PULL_LIMIT_ACCOUNT = Limit("account", 1, 600)
    left = {"limit": 1, "remaining": 1, "seconds": 600, "retry_after": 0}
    assert Caller("olga")("get", "/../namespaces/acme/usage").json()["pulls"] == left
    count_pull(Principal(world.alice), "203.0.113.7", is_head=False)
    pulls = Caller("alice")("get", "/../namespaces/alice/usage").json()["pulls"]
    assert pulls["remaining"] == 0
    assert 0 < pulls["retry_after"] <= 1200


def test_a_review_is_confirmed_with_a_session(world: World) -> None:
    olga, path = Caller(session_of=world.olga), "/acme/access/confirm"
    assert olga("post", path, note="fine").status_code == 204
    repository = "/../repositories/acme/app/-/access/confirm"
    assert olga("post", repository).status_code == 204
    assert AuditEvent.objects.filter(action__endswith=":access:reviewed").count() == 2
    assert Caller("olga")("post", path).status_code == 403
    for who, status in ((world.mia, 403), (world.bob, 404)):
        assert Caller(session_of=who)("post", path).status_code == status
    assert AuditEvent.objects.filter(action__endswith=":access:reviewed").count() == 2


def test_a_session_changes_a_role(world: World) -> None:
    answer = Caller(session_of=world.olga)("patch", "/acme/members/rita", role="owner")
    assert answer.json()["role"] == "owner"


def test_the_last_owner_is_a_conflict(world: World) -> None:
    answer = Caller(session_of=world.olga)("delete", "/acme/members/olga")
    assert answer.status_code == 409
    assert "last owner" in answer.json()["detail"]


def test_members_leave_and_remove_nobody_else(world: World) -> None:
    rita = Caller("rita")
    assert rita("delete", "/acme/members/mila").status_code == 403
    assert rita("delete", "/acme/members/rita").status_code == 204
    assert rita("get", "/acme/members").status_code == 404


def test_teams_are_made_filled_and_deleted(world: World) -> None:
    olga = Caller("olga")
    assert olga("post", "/acme/teams", name="ops").status_code == 201
    assert olga("patch", "/acme/teams/ops", description="on call").json()["name"] == "ops"
    place = olga("put", "/acme/teams/ops/members/rita", is_maintainer=True)
    assert place.json() == {"username": "rita", "is_maintainer": True}
    assert Caller("rita")("put", "/acme/teams/ops/members/mila").status_code == 200
    assert Caller("rita")("put", "/acme/teams/ops/members/mila").status_code == 200
    answer = Caller("rita")("put", "/acme/teams/ops/members/mila", is_maintainer=True)
    assert answer.status_code == 403
    assert olga("delete", "/acme/teams/ops").status_code == 204


def test_an_organization_is_deleted_once_it_is_empty(world: World) -> None:
    olga = Caller(session_of=world.olga)
    assert olga("delete", "/acme").status_code == 409
    world.app.delete()
    assert olga("delete", "/acme").status_code == 204
    assert Caller()("get", "/acme").status_code == 404


def test_things_of_another_organization_are_not_found(world: World) -> None:
    umbra = make_organization("umbra", owner=world.alice)
    make_team(umbra, "spies", world.alice)
    OrganizationDomain.objects.create(organization=umbra, name="umbra.test", challenge="c")
    Caller("alice")("post", "/umbra/invitations", invitee="bobby")
    number = Invitation.objects.get().pk
    olga = Caller(session_of=world.olga)
    for method, path in (
        ("delete", f"/acme/invitations/{number}"),
        ("post", f"/acme/invitations/{number}/send-again"),
        ("patch", "/acme/teams/spies"),
        ("delete", "/acme/teams/spies"),
        ("put", "/acme/teams/spies/members/alice"),
        ("delete", "/acme/teams/spies/members/alice"),
        ("delete", "/acme/members/alice"),
        ("patch", "/acme/members/alice"),
        ("delete", "/acme/domains/umbra.test"),
        ("post", "/acme/domains/umbra.test/check"),
    ):
        assert olga(method, path, role="member").status_code == 404, path
    assert Team.objects.get(name="spies").memberships.count() == 1
    assert Invitation.objects.open().count() == 1
    assert olga("post", "/acme/invitations", invitee="rooty", team="spies").status_code == 400


def test_fields_that_nobody_may_set_are_left_alone(world: World) -> None:
    hostile = {
        "name": "stolen", "deleted_at": "2001-01-01T00:00:00Z", "created_at": "2001-01-01T00:00:00Z",
        "id": 1, "members": ["bobby"], "namespace": "alice", "plan": 1, "verified_domains": ["x.y"],
    }  # fmt: skip
    before = Organization.objects.values().get(name="acme")
    Caller(session_of=world.olga)("patch", "/acme", location="Oslo", **hostile)
    assert Organization.objects.values().get(name="acme") == before | {"location": "Oslo"}
    answer = Caller("olga")(
        "post", "/acme/teams", name="ops", external_group="admins", organization=1
    )
    assert answer.json()["external_group"] == ""


def test_domains_say_which_record_to_set(world: World) -> None:
    answer = Caller("olga")("post", "/acme/domains", name="acme.test", verified_at="2001-01-01")
    assert answer.json()["record_name"] == "_waybill-challenge.acme.test"
    assert answer.json()["verified_at"] is None
    assert Caller("olga")("delete", "/acme/domains/acme.test").status_code == 204


def test_the_audit_is_searched_and_wrong_filters_are_refused(world: World) -> None:
    olga = Caller("olga")
    olga("post", "/acme/teams", name="ops")
    found = olga("get", "/acme/audit?actor=olga&action=organization:team:created").json()
    assert len(found["results"]) == 1
    assert olga("get", "/acme/audit?actor=rita").json()["results"] == []
    assert olga("get", "/acme/audit?since=tomorrow").status_code == 400
    for method in ("post", "put", "patch", "delete"):
        assert olga(method, "/acme/audit").status_code == 405
    assert AuditEvent.objects.exists()


def test_a_refused_change_sends_no_mail_and_leaves_no_event(world: World) -> None:
    rita = Caller("rita")
    rita("post", "/acme/invitations", invitee="bobby")
    rita("post", "/acme/teams", name="ops")
    rita("post", "/acme/domains", name="acme.test")
    assert not mail.outbox
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/acme/invitations", {"invitee": "bobby", "role": "owner"}),
        ("patch", "/acme/members/rita", {"role": "owner"}),
        ("delete", "/acme", {}),
    ],
)
def test_a_session_of_long_ago_makes_and_unmakes_no_owners(
    world: World, method: str, path: str, body: dict[str, Any]
) -> None:
    """The pages ask for the password there; the same browser must not get around that."""
    client = Client()
    client.force_login(world.olga)
    answer = getattr(client, method)(f"{API}{path}", body, content_type="application/json")
    assert answer.status_code == 403
    assert "/accounts/reauthenticate/" in answer.json()["detail"]
    assert not Invitation.objects.exists()
    assert Membership.objects.filter(role=OrganizationRole.OWNER).count() == 1
    assert Organization.objects.get(name="acme").deleted_at is None
