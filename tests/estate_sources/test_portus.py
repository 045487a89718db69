"""Portus: namespaces become organizations, roles of teams become teams with roles."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import OrganizationRole, Visibility
from config.estate.records.people import Member, Organization, Person, Robot, TeamMember
from config.estate.records.repositories import Grant, Repository, Star, Webhook
from config.estate.sources.errors import Unusable
from index.roles import Role
from tests.estate_sources.reading import SAMPLES, Moved

SAMPLE = SAMPLES / "portus-mysql.sql"
NAMES = {"b.smith": "bsmith", "ops_team": "ops-team"}


@pytest.fixture
def moved(tmp_path: Path) -> Moved:
    """Read it with names mapped."""
    return Moved("portus", SAMPLE, tmp_path, names=NAMES, registry="east")


def test_people_move_but_portus_itself_and_bots(moved: Moved) -> None:
    assert [one.username for one in moved.all(Person)] == ["alice", "bsmith", "carol"]
    alice, carol = moved.one(Person, "alice"), moved.one(Person, "carol")
    assert (alice.display_name, alice.is_administrator, alice.is_active) == (
        "Alice O'Hara",
        True,
        True,
    )
    assert (carol.is_administrator, carol.is_active) == (False, False)
    assert moved.one(Person, "bsmith").display_name == 'Bob (the "builder"), ü'


def test_addresses_are_not_believed_to_be_proven(moved: Moved) -> None:
    assert not any(address.verified for one in moved.all(Person) for address in one.addresses)


def test_hashes_that_cannot_be_checked_here_stay_behind(moved: Moved) -> None:
    assert {one.password for one in moved.all(Person)} == {""}
    assert "Forgot" in moved.left()["passwords: of 3 people"]


def test_namespaces_of_teams_become_organizations_with_their_owners(moved: Moved) -> None:
    assert [one.name for one in moved.all(Organization)] == ["acme", "ops-team"]
    roles = {(one.organization, one.person): one.role for one in moved.all(Member)}
    assert roles["acme", "alice"] is OrganizationRole.OWNER
    assert roles["acme", "carol"] is roles["acme", "bsmith"] is OrganizationRole.MEMBER


def test_roles_in_teams_become_teams(moved: Moved) -> None:
    members = {(one.team, one.person) for one in moved.all(TeamMember)}
    assert {("acme/contributors", "carol"), ("acme/viewers", "bsmith")} < members
    given = {
        (one.team, one.robot): one.role
        for one in moved.all(Grant)
        if one.repository == "acme/anvil"
    }
    assert given == {
        ("acme/contributors", ""): Role.WRITER,
        ("acme/viewers", ""): Role.READER,
        ("", "acme+builder"): Role.WRITER,
    }


def test_bots_become_robots_where_their_teams_are(moved: Moved) -> None:
    assert [one.about for one in moved.all(Robot)] == ["acme builder", "ops-team builder"]


def test_visibility_is_taken_over_and_private_where_it_is_not_known(moved: Moved) -> None:
    seen = {one.name: one.visibility for one in moved.all(Repository)}
    assert seen == {
        "busybox": Visibility.PUBLIC,
        "acme/anvil": Visibility.INTERNAL,
        "ops-team/tools/hammer": Visibility.PUBLIC,
        "alice/notes": Visibility.PRIVATE,
    }


def test_a_repository_keeps_the_name_that_its_registry_knows(moved: Moved) -> None:
    hammer = moved.one(Repository, "ops-team/tools/hammer")
    assert (hammer.stored_name, hammer.registry) == ("ops_team/tools/hammer", "east")
    anvil = moved.one(Repository, "acme/anvil")
    assert (anvil.stored_name, anvil.description) == ("", "Anvils")
    assert anvil.readme == "# Anvils\n\nthat fall; 'quickly'"


def test_stars_and_webhooks_move_and_webhooks_wait(moved: Moved) -> None:
    assert {one.person for one in moved.all(Star)} == {"alice", "bsmith"}
    [webhook] = moved.all(Webhook)
    assert webhook.url == "https://ci.example.com/hook"
    assert webhook.paused_at


def test_everything_else_is_left_behind_with_a_reason(moved: Moved) -> None:
    assert set(moved.left()) == {
        "table: activities",
        "person: portus",
        "log-in: b.smith by github",
        "member: alice in portus_global_team_1, for registry.example.com:5000",
        "member: carol in acme, for acme",
        "member: carol in acme, for ops_team",
        "member: alice in idle, for None",
        "repository: namespace 99/lost",
        "password of a webhook: Build (https://ci.example.com/hook)",
        "application token: jenkins of alice",
        "registry: registry (registry.example.com:5000)",
        "tags: 2 rows",
        "passwords: of 3 people",
    }


def test_without_a_map_names_that_do_not_fit_stay_behind_with_all_that_hangs_on_them(
    tmp_path: Path,
) -> None:
    moved = Moved("portus", SAMPLE, tmp_path)
    left = moved.left()
    assert "organization:ops_team=ops-team" in left["namespace: ops_team"]
    assert "its namespace does not move along" in left["repository: ops_team/tools/hammer"]
    assert "star: b.smith on repository 2" in left
    assert moved.outcome.advice == {
        "person:b.smith": "bsmith",
        "organization:ops_team": "ops-team",
    }


def test_a_second_reading_says_the_same(tmp_path: Path) -> None:
    first, second = (Moved("portus", SAMPLE, tmp_path, names=NAMES).records for _ in range(2))
    assert first == second


def test_a_namespace_of_the_same_name_in_another_registry_is_another_one(tmp_path: Path) -> None:
    """Else the people of one would get what is in the other."""
    file = tmp_path / "portus.sql"
    file.write_text(SAMPLE.read_text().replace("'ops_team'", "'acme'"))
    moved = Moved("portus", file, tmp_path, names=NAMES)
    assert [one.name for one in moved.all(Organization)] == ["acme"]
    assert "something else is called acme" in moved.left()["namespace: acme"]


def test_an_organization_without_an_owner_who_moves_along_needs_one(tmp_path: Path) -> None:
    file = tmp_path / "portus.sql"
    text = SAMPLE.read_text().replace("(5,2,5,2),", "")
    file.write_text(text)
    with pytest.raises(Unusable, match=r"owns acme, ops-team moves along.*--owner"):
        Moved("portus", file, tmp_path, names=NAMES)
    moved = Moved("portus", file, tmp_path, names=NAMES, owner="carol")
    assert moved.one(Member, "acme carol").role is OrganizationRole.OWNER


def test_booleans_of_postgresql_are_understood(tmp_path: Path) -> None:
    """Portus runs on PostgreSQL as well: the same tables, told otherwise."""
    copies = "".join(
        f"COPY public.{table} ({', '.join(columns)}) FROM stdin;\n{rows}\\.\n"
        for table, columns, rows in (
            ("users", ["id", "username", "email", "encrypted_password", "admin", "enabled", "bot"],
             "1\talice\ta@example.com\t\tt\tf\tf\n"),
            ("teams", ["id", "name", "hidden"], ""),
            ("team_users", ["user_id", "team_id", "role"], ""),
            ("namespaces", ["id", "name", "team_id", "global", "visibility"], ""),
            ("repositories", ["id", "name", "namespace_id"], ""),
            ("stars", ["user_id", "repository_id"], ""),
            ("application_tokens", ["id", "application", "user_id"], ""),
            ("webhooks", ["id", "namespace_id", "url", "enabled", "name"], ""),
        )
    )  # fmt: skip
    file = tmp_path / "portus.sql"
    end = "--\n-- PostgreSQL database dump complete\n--\n"
    file.write_text(f"--\n-- PostgreSQL database dump\n--\n{copies}{end}")
    [alice] = Moved("portus", file, tmp_path).all(Person)
    assert (alice.is_administrator, alice.is_active) == (True, False)
