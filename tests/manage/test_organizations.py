"""Administrators and organizations: find, freeze, give an owner."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.errors import NotAllowed
from accounts.flows.external_groups import replace_groups
from accounts.flows.follow_group import follow_group
from accounts.flows.manage_organizations import give_owner
from accounts.flows.memberships import remove_member
from accounts.flows.organizations import Profile, describe_organization
from accounts.flows.robot_accounts import set_enabled
from accounts.flows.robot_secrets import revoke_secret
from accounts.models import (
    AuditEvent,
    Membership,
    Namespace,
    RobotAccount,
    Team,
    User,
    Visibility,
)
from accounts.organization_policy import may_fill
from accounts.principals import Principal
from index.errors import Denied
from index.flows.rename_namespace import rename_organization
from index.flows.trusted_publishers import NamedWorkload, add_publisher
from index.names import parse_familiar_name
from index.policy import allowed_actions, may_change_namespace, may_create
from tests.clients import ask_route, confirm, token_for
from tests.conftest import World
from tests.machines import make_robot, make_secret

WHY = {"reason": "a court says so"}
CI = "https://token.actions.githubusercontent.com"
STEPS = ["freeze", "unfreeze", "owner"]


def is_frozen() -> bool:
    """Whether acme is."""
    return Namespace.objects.get(name="acme").frozen_at is not None


def test_they_are_found_by_name_without_owner_and_frozen(world: World, root: Client) -> None:
    assert ">acme<" in root.get("/manage/organizations?q=ACM").content.decode()
    assert ">acme<" not in root.get("/manage/organizations?q=nope").content.decode()
    assert ">acme<" not in root.get("/manage/organizations?show=ownerless").content.decode()
    assert ">acme<" not in root.get("/manage/organizations?show=frozen").content.decode()
    User.objects.filter(username="olga").update(is_active=False)
    root.post("/manage/organizations/acme/freeze", WHY)
    assert ">acme<" in root.get("/manage/organizations?show=ownerless").content.decode()
    assert ">acme<" in root.get("/manage/organizations?show=frozen").content.decode()


def test_there_are_no_such_pages_for_owners(world: World, client: Client) -> None:
    client.force_login(world.olga)
    confirm(client)
    assert client.get("/manage/organizations").status_code == 404
    assert client.get("/manage/organizations/acme").status_code == 404
    for step in STEPS:
        path = f"/manage/organizations/acme/{step}"
        assert client.post(path, WHY | {"owner": "mila"}).status_code == 404
    assert not is_frozen()


@pytest.mark.parametrize("step", STEPS)
def test_each_step_wants_a_reason_and_a_recent_log_in(
    world: World, client: Client, step: str
) -> None:
    path = f"/manage/organizations/acme/{step}"
    client.force_login(world.root)
    assert "/reauthenticate/" in client.post(path, WHY).headers["Location"]
    assert confirm(client).post(path, {"reason": " ", "owner": "mila"}).status_code == 200
    assert not AuditEvent.objects.filter(actor_name="rooty").exists()
    assert not is_frozen()


def test_a_frozen_one_is_pulled_and_not_pushed(world: World, root: Client) -> None:
    token = token_for(Client(), "repository:acme/app:pull,push", user=world.mia)
    root.post("/manage/organizations/acme/freeze", WHY)
    pull = ask_route(Client(), "GET", "/v2/acme/app/manifests/latest", token=token)
    push = ask_route(Client(), "POST", "/v2/acme/app/blobs/uploads/", token=token)
    assert (pull.status_code, push.status_code) == (204, 403)
    assert "frozen" in push.headers["X-Waybill-Refusal-Body"]


def test_nothing_is_created_or_administered_in_a_frozen_one(world: World, root: Client) -> None:
    root.post("/manage/organizations/acme/freeze", WHY)
    olga, administrator = Principal(world.olga), Principal(world.root)
    name = parse_familiar_name("acme/new")
    assert not may_create(olga, name).actions
    assert may_create(administrator, name).actions
    assert not allowed_actions(olga, world.app).may_administer
    assert allowed_actions(administrator, world.app).may_administer
    page = Client()
    page.force_login(world.olga)
    assert "acme is frozen" in page.get("/r/acme/app/-/settings").content.decode()


def test_its_owners_change_nothing_and_see_everything(world: World, root: Client) -> None:
    root.post("/manage/organizations/acme/freeze", WHY)
    member = Membership.objects.get(user=world.mia)
    with pytest.raises(NotAllowed, match="frozen"):
        remove_member(member, by=Principal(world.olga))
    with pytest.raises(NotAllowed, match="frozen"):
        describe_organization(world.acme, by=Principal(world.olga), profile=Profile("New"))
    assert Membership.objects.filter(user=world.mia).exists()
    page = Client()
    page.force_login(world.olga)
    assert page.get("/o/acme/-/members").status_code == 200
    remove_member(member, by=Principal(world.root))


def test_nobody_renames_it_joins_it_or_changes_its_defaults(world: World, root: Client) -> None:
    root.post("/manage/organizations/acme/freeze", WHY)
    namespace = Namespace.objects.get(name="acme")
    assert not may_change_namespace(Principal(world.olga), namespace)
    assert may_change_namespace(Principal(world.root), namespace)
    assert not may_fill(Principal(world.olga), Team.objects.get(name="devs"))
    with pytest.raises(NotAllowed):
        rename_organization(world.acme, to="other", by=Principal(world.olga))
    assert Namespace.objects.filter(name="acme", redirects_to=None).exists()


def test_its_robots_get_nothing_new_and_can_be_stopped(world: World, root: Client) -> None:
    robot = make_robot("acme", by=world.olga)
    made = make_secret(robot, by=world.olga)
    root.post("/manage/organizations/acme/freeze", WHY)
    owner = Principal(world.olga)
    with pytest.raises(NotAllowed, match="frozen"):
        make_secret(robot, by=world.olga)
    with pytest.raises(NotAllowed, match="frozen"):
        make_robot("acme", "other", by=world.olga)
    workload = NamedWorkload(CI, "acme/web", workflow="release.yml")
    with pytest.raises(Denied):
        add_publisher(robot, workload, by=owner)
    revoke_secret(made.secret, by=owner)
    set_enabled(robot, enabled=False, by=owner)
    page = Client()
    page.force_login(world.olga)
    assert confirm(page).post(f"/robots/{robot.full_name}/enable").status_code == 302
    assert RobotAccount.objects.get(disabled_at__isnull=False) == robot
    make_secret(robot, by=world.root)


def test_no_group_brings_anybody_in(world: World, root: Client, settings: Any) -> None:
    settings.OIDC_ISSUER, settings.TEAM_GROUPS = "https://id.example.com", "owners"
    devs = Team.objects.get(name="devs")
    follow_group(devs, by=Principal(world.root), group="Builders")
    root.post("/manage/organizations/acme/freeze", WHY)
    with pytest.raises(NotAllowed):
        follow_group(devs, by=Principal(world.olga), group="Others")
    replace_groups(world.bob, ["Builders"], source="single sign-on")
    assert not Membership.objects.filter(user=world.bob).exists()
    root.post("/manage/organizations/acme/unfreeze", WHY)
    replace_groups(world.bob, ["Builders"], source="single sign-on")
    assert Membership.objects.filter(user=world.bob).exists()


def test_the_public_goes_on_pulling(world: World, root: Client) -> None:
    world.app.visibility = Visibility.PUBLIC
    world.app.save()
    root.post("/manage/organizations/acme/freeze", WHY)
    token = token_for(Client(), "repository:acme/app:pull")
    asked = ask_route(Client(), "GET", "/v2/acme/app/manifests/latest", token=token)
    assert asked.status_code == 204


def test_freezing_ends_and_both_are_told_and_written_down(
    world: World, root: Client, django_capture_on_commit_callbacks: Any
) -> None:
    for step in ("freeze", "freeze", "unfreeze", "unfreeze"):
        with django_capture_on_commit_callbacks(execute=True):
            root.post(f"/manage/organizations/acme/{step}", WHY)
    assert not is_frozen()
    assert [(one.to, one.subject) for one in mail.outbox] == [
        (["olga@example.com"], "[Waybill] acme is frozen"),
        (["olga@example.com"], "[Waybill] acme is not frozen any more"),
    ]
    events = AuditEvent.objects.filter(namespace=world.acme.namespace, actor_name="rooty")
    assert [one.action for one in events] == ["organization:unfrozen", "organization:frozen"]
    assert "a court says so" in mail.outbox[0].body


def test_one_that_nobody_owns_is_given_an_owner(
    world: World, root: Client, django_capture_on_commit_callbacks: Any
) -> None:
    User.objects.filter(username="olga").update(is_active=False)
    with django_capture_on_commit_callbacks(execute=True):
        root.post("/manage/organizations/acme/owner", WHY | {"owner": "mila"})
    assert Membership.objects.get(user=world.mia).role == "owner"
    event = AuditEvent.objects.get(action="organization:taken-over")
    assert event.details == {"owner": "mila", "reason": "a court says so"}
    assert [one.to for one in mail.outbox] == [["mila@example.com"]]


@pytest.mark.parametrize("name", ["mila", "dave", "newt", "nobody"])
def test_nobody_else_becomes_an_owner(world: World, root: Client, name: str) -> None:
    if name != "mila":  # she could, were there not an owner
        User.objects.filter(username="olga").update(is_active=False)
    answer = root.post("/manage/organizations/acme/owner", WHY | {"owner": name})
    assert answer.status_code == 200
    assert Membership.objects.filter(role="owner").count() == 1


def test_only_administrators_give_owners(world: World) -> None:
    User.objects.filter(username="olga").update(is_active=False)
    with pytest.raises(NotAllowed):
        give_owner(world.acme, to=world.mia, by=Principal(world.mia), reason="mine")
    assert Membership.objects.get(user=world.mia).role == "member"
