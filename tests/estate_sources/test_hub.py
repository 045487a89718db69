"""Docker Hub: what its documented API tells of an organization, or of a person."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from accounts.models import OrganizationRole, Visibility
from config.estate.records.people import Member, Organization, Person, TeamMember
from config.estate.records.repositories import Repository
from config.estate.sources.errors import Unusable
from tests.estate_sources.exporting import Api, export
from tests.estate_sources.reading import SAMPLES, Moved


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy that a test may spoil."""
    copy = tmp_path / "hub"
    shutil.copytree(SAMPLES / "hub", copy)
    return copy


def test_the_recipe_writes_the_sample_of_what_docker_hub_is_documented_to_answer(
    tmp_path: Path,
) -> None:
    assert export("hub", Api("hub"), tmp_path)
    for one in (SAMPLES / "hub").iterdir():
        assert (tmp_path / "hub" / one.name).read_text() == one.read_text()
    assert not (tmp_path / "hub" / "log-in").exists()


def test_a_recipe_that_was_stopped_is_said(folder: Path, tmp_path: Path) -> None:
    (folder / "complete.json").unlink()
    with pytest.raises(Unusable, match="run it again, it goes on"):
        Moved("hub", folder, tmp_path)


def test_members_and_teams_are_those_of_the_csv(folder: Path, tmp_path: Path) -> None:
    moved = Moved("hub", folder, tmp_path)
    assert moved.one(Member, "acme alice").role is OrganizationRole.OWNER
    assert moved.one(Member, "acme bobsmith").role is OrganizationRole.MEMBER
    assert {(one.team, one.person) for one in moved.all(TeamMember)} == {
        ("acme/developers", "alice"),
        ("acme/developers", "bobsmith"),
    }


def test_repositories_keep_texts_and_are_private_unless_told_otherwise(
    folder: Path, tmp_path: Path
) -> None:
    moved = Moved("hub", folder, tmp_path)
    seen = {one.name: one.visibility for one in moved.all(Repository)}
    assert seen == {
        "acme/anvil": Visibility.PUBLIC,
        "acme/hammer": Visibility.PRIVATE,
        "acme/unsaid": Visibility.PRIVATE,
    }
    anvil = moved.one(Repository, "acme/anvil")
    assert (anvil.description, anvil.readme) == ("Falls fast", "# Anvil\n\nFalls fast.")
    assert (anvil.pull_count, anvil.immutable_tags) == (34567, ("*",))


def test_everything_else_is_left_behind_with_a_reason(folder: Path, tmp_path: Path) -> None:
    assert set(Moved("hub", folder, tmp_path).left()) == {
        "stars: 12 of acme/anvil",
        "immutable tags: v[0-9]+ of acme/hammer",
        "permissions of a team: developers",
        "role: Editor of bobsmith",
        "invitation: carol@example.com",
        "person: dave_d",
        "passwords: of 2 people",
    }


def test_older_exports_call_the_role_a_permission(folder: Path, tmp_path: Path) -> None:
    members = folder / "members.csv"
    members.write_text(members.read_text().replace("Type,Role", "Type,Permission"))
    moved = Moved("hub", folder, tmp_path)
    assert moved.one(Member, "acme alice").role is OrganizationRole.OWNER


def test_without_members_the_namespace_is_a_persons(folder: Path, tmp_path: Path) -> None:
    (folder / "members.csv").unlink()
    moved = Moved("hub", folder, tmp_path)
    assert [one.username for one in moved.all(Person)] == ["acme"]
    assert moved.all(Organization) == []


def test_what_is_wrong_with_the_folder_is_said(folder: Path, tmp_path: Path) -> None:
    (folder / "repositories-2.json").unlink()
    with pytest.raises(Unusable, match="more pages: the recipe was stopped"):
        Moved("hub", folder, tmp_path)
    (folder / "repositories-1.json").write_text('{"message": "rate limited"}')
    with pytest.raises(Unusable, match=r"repositories-1\.json has no results"):
        Moved("hub", folder, tmp_path)
    with pytest.raises(Unusable, match=r"no folder with repositories-1\.json"):
        Moved("hub", tmp_path, tmp_path)


def test_members_in_another_encoding_or_of_another_table_are_said(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "members.csv").write_bytes(b"Name,Username,Email,Type,Teams\nM\xfcller,,,,\n")
    with pytest.raises(Unusable, match="cannot be read as CSV in UTF-8"):
        Moved("hub", folder, tmp_path)
    (folder / "members.csv").write_text("Name,Login\n")
    with pytest.raises(Unusable, match="no column Email"):
        Moved("hub", folder, tmp_path)
