"""Quay: organizations, teams, permissions of single repositories and robots are much the same here."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import OrganizationRole, Visibility
from config.estate.records.people import Member, Person, Robot, Team
from config.estate.records.repositories import DefaultGrant, Grant, Repository, Star, Webhook
from index.models import RepositoryMode
from index.roles import Role
from tests.estate_sources.reading import SAMPLES, Moved


@pytest.fixture
def moved(tmp_path: Path) -> Moved:
    """Read it with names mapped."""
    return Moved("quay", SAMPLES / "quay.sql", tmp_path, names={"bob": "bobby", "Q_A": "q-a"})


def test_people_keep_proven_addresses_and_disabled_ones_stay_disabled(moved: Moved) -> None:
    people = {one.username: (one.addresses[0].verified, one.is_active) for one in moved.all(Person)}
    assert people == {"alice": (True, True), "bobby": (False, True), "carol": (True, False)}


def test_members_of_admin_teams_own_the_organization(moved: Moved) -> None:
    assert moved.one(Member, "acme alice").role is OrganizationRole.OWNER
    assert moved.one(Member, "acme carol").role is OrganizationRole.MEMBER
    assert [one.name for one in moved.all(Team)] == ["developers", "q-a"]


def test_robots_keep_their_names(moved: Moved) -> None:
    assert [one.about for one in moved.all(Robot)] == ["acme ci", "alice laptop", "bobby ci"]


def test_permissions_stay_what_they_are_and_robots_have_those_of_their_teams(moved: Moved) -> None:
    roles = {
        (one.repository, one.person or one.team or one.robot): one.role for one in moved.all(Grant)
    }
    assert roles == {
        ("acme/anvil", "acme/developers"): Role.WRITER,
        ("acme/anvil", "acme+ci"): Role.WRITER,
        ("acme/anvil", "bobby"): Role.ADMIN,
        ("alice/notes", "carol"): Role.READER,
        ("alice/notes", "alice+laptop"): Role.WRITER,
        ("acme/mirror", "acme+ci"): Role.READER,
    }


def test_of_permissions_of_new_repositories_those_move_that_there_are_here(moved: Moved) -> None:
    [default] = moved.all(DefaultGrant)
    assert (default.team, default.role) == ("acme/developers", Role.READER)
    assert "default permission: carol on new repositories of acme" in moved.left()


def test_what_is_not_told_to_be_public_is_private_and_mirrors_are_read_only(moved: Moved) -> None:
    seen = {one.name: (one.visibility, one.mode) for one in moved.all(Repository)}
    assert seen == {
        "acme/anvil": (Visibility.PUBLIC, RepositoryMode.OPEN),
        "alice/notes": (Visibility.PRIVATE, RepositoryMode.READ_ONLY),
        "bobby/mine": (Visibility.PRIVATE, RepositoryMode.OPEN),
        "acme/mirror": (Visibility.PRIVATE, RepositoryMode.READ_ONLY),
    }


def test_stars_and_webhooks_of_pushes_move(moved: Moved) -> None:
    assert {one.person for one in moved.all(Star)} == {"alice", "bobby"}
    [webhook] = moved.all(Webhook)
    assert (webhook.repository, webhook.url) == ("acme/anvil", "https://ci.example.com/hook")


def test_everything_else_is_left_behind_with_a_reason(moved: Moved) -> None:
    assert set(moved.left()) == {
        "table: appspecificauthtoken",
        "right to create: acme/developers",
        "robot in a team: acme+ci in acme",
        "default permission: developers on new repositories of acme",
        "default permission: carol on new repositories of acme",
        "repository: acme/chart",
        "repository: acme/0c1d-2e",
        "notification: vulnerability_found of acme/anvil",
        'group of a team: acme/developers: {"group_dn": "cn=dev"}',
        "passwords: of 3 people",
    }
