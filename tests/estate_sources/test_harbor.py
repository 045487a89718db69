"""Harbor: projects become organizations, fixed roles become teams, and nothing gets wider."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import OrganizationRole, Visibility
from config.estate.records.people import Member, Namespace, Person, Plan, Robot, Team, TeamMember
from config.estate.records.repositories import DefaultGrant, Grant, Repository, Webhook
from index.roles import Role
from tests.estate_sources.reading import SAMPLES, Moved

NAMES = {
    "Bob.Smith": "bobsmith",
    "open_source": "open-source",
    "team:developers": "all-developers",
    "robot:idle": "idler",
}


@pytest.fixture
def moved(tmp_path: Path) -> Moved:
    """Read it with names mapped."""
    return Moved("harbor", SAMPLES / "harbor.sql", tmp_path, names=NAMES)


def test_people_move_but_those_that_came_with_harbor_or_are_deleted(moved: Moved) -> None:
    assert [one.username for one in moved.all(Person)] == ["alice", "bobsmith", "carol", "grace"]
    alice = moved.one(Person, "alice")
    assert alice.is_administrator
    assert (alice.display_name, alice.password) == ("Alice \\ Adams", "")


def test_project_admins_own_the_organization_and_others_are_in_teams(moved: Moved) -> None:
    assert moved.one(Member, "acme alice").role is OrganizationRole.OWNER
    teams = {(one.team, one.person) for one in moved.all(TeamMember)}
    assert teams == {("acme/maintainers", "carol"), ("acme/developers", "bobsmith")}
    roles = {one.team or one.robot: one.role for one in moved.all(DefaultGrant)}
    assert roles["acme/maintainers"] == roles["acme/developers"] == Role.WRITER


def test_a_limited_guest_pulls_and_does_not_see_who_else_is_in_it(moved: Moved) -> None:
    assert not [one for one in moved.all(Member) if one.person == "grace"]
    roles = {one.repository: one.role for one in moved.all(Grant) if one.person == "grace"}
    assert roles == {"acme/anvil": Role.READER, "acme/tools/hammer": Role.READER}


def test_groups_become_teams_of_that_group_and_never_those_of_a_role(moved: Moved) -> None:
    groups = {one.name: one.external_group for one in moved.all(Team)}
    assert groups == {
        "maintainers": "",
        "developers": "",
        "auditors": "auditors",
        "all-developers": "developers",
    }


def test_a_group_named_like_a_role_is_refused_without_a_map(tmp_path: Path) -> None:
    left = Moved("harbor", SAMPLES / "harbor.sql", tmp_path, owner="alice").left()
    assert "team:developers=developers-group" in left["group: developers in acme"]


def test_visibility_is_the_projects_and_private_where_none_is_told(moved: Moved) -> None:
    seen = {one.name: one.visibility for one in moved.all(Repository)}
    assert seen == {
        "busybox": Visibility.PUBLIC,
        "acme/anvil": Visibility.PRIVATE,
        "acme/tools/hammer": Visibility.PRIVATE,
        "open-source/kit": Visibility.PUBLIC,
    }


def test_images_of_the_library_become_official_ones(moved: Moved) -> None:
    assert moved.one(Repository, "busybox").pull_count == 5


def test_robots_pull_and_push_where_they_did_and_expired_ones_are_disabled(moved: Moved) -> None:
    robots = {one.name: one.disabled_at is not None for one in moved.all(Robot)}
    assert robots == {"ci": False, "old": True}
    roles = {one.robot: one.role for one in moved.all(DefaultGrant) if one.robot}
    assert roles == {"acme+ci": Role.WRITER, "acme+old": Role.READER}


def test_quotas_become_plans(moved: Moved) -> None:
    [plan] = moved.all(Plan)
    assert plan.storage_bytes == 10 * 2**30
    assert moved.one(Namespace, "acme").plan == plan.name
    assert moved.one(Namespace, "open-source").plan == ""


def test_rules_about_immutable_tags_become_patterns(moved: Moved) -> None:
    assert moved.one(Repository, "acme/anvil").immutable_tags == ("v*", "stable", "lts")
    assert moved.one(Repository, "acme/tools/hammer").immutable_tags == ("v*",)


def test_webhooks_send_what_there_is_and_wait(moved: Moved) -> None:
    [webhook] = moved.all(Webhook)
    assert (webhook.namespace, webhook.kinds) == ("acme", ("tag.pushed",))
    assert webhook.paused_at


def test_everything_else_is_left_behind_with_a_reason(moved: Moved) -> None:
    assert set(moved.left()) == {
        "table: artifact",
        "person: admin",
        "person: anonymous",
        "person: gone#6",
        "project: hub-cache",
        "project: old#4",
        "repository: hub-cache/library/debian",
        "member: admin in library",
        "member: gone#6 in acme",
        "rights of a robot: acme+ci in /project/2",
        "robot: mirror in /project/*",
        "robot: ci in /project/2",
        "robot: acme+idle",
        "immutable tags: acme: tags dev in **",
        "immutable tags: acme: tags x in **",
        "retention rule: acme: of tags ** in ** keep the newest 10 by push",
        "label: tested",
        "header of a webhook: Build (https://ci.example.com/hook)",
        "log-in: carol",
        "passwords: of 4 people",
    }
