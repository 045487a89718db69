"""What Harbor's and Quay's APIs answer to the recipes of docs moves in as a dump of their databases does."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest

from config.estate.records import LeftBehind, Record
from config.estate.records.people import Robot
from config.estate.records.repositories import Grant, Repository
from config.estate.sources.errors import Unusable
from index.roles import Role
from tests.estate_sources import test_harbor
from tests.estate_sources.exporting import Api, export
from tests.estate_sources.reading import SAMPLES, Moved

QUAY_NAMES = {"bob": "bobby", "Q_A": "q-a"}


@dataclass
class Exported:
    """A folder that a recipe wrote, which had been stopped once: what said so, and what was asked then and later."""

    folder: Path
    refusal: str
    asked: list[str]
    asked_later: list[str]


def stopped_once(product: str, folder: Path, *, at: str) -> Exported:
    """Run a recipe twice, the first time against an API that breaks down."""
    api = Api(product)
    api.broken = at
    assert not export(product, api, folder)
    with pytest.raises(Unusable) as refusal:
        Moved(product, folder / product, folder)
    asked, api.broken, api.asked = api.asked, "", []
    assert export(product, api, folder)
    return Exported(folder / product, str(refusal.value), asked, api.asked)


@pytest.fixture(scope="module")
def stopped_harbor(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Export a Harbor that fails once."""
    return stopped_once("harbor", tmp_path_factory.mktemp("h"), at="projects/2/members")


@pytest.fixture(scope="module")
def stopped_quay(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Export a Quay that fails once."""
    return stopped_once("quay", tmp_path_factory.mktemp("q"), at="repository?namespace=bob")


@pytest.fixture
def harbor(stopped_harbor: Exported) -> Path:
    """Return what the recipe wrote of a Harbor."""
    return stopped_harbor.folder


@pytest.fixture
def quay(stopped_quay: Exported) -> Path:
    """Return what the recipe wrote of a Quay."""
    return stopped_quay.folder


def timeless(moved: Moved) -> list[Record]:
    """Return what moved, without the moments, which no two samples share."""
    times = {"created_at", "joined_at", "disabled_at", "paused_at"}
    return [
        replace(one, **{name.name: None for name in fields(one) if name.name in times})
        for one in moved.records
        if not isinstance(one, LeftBehind)
    ]


def test_harbors_api_says_the_same_as_its_database(harbor: Path, tmp_path: Path) -> None:
    by_api = Moved("harbor", harbor, tmp_path, names=test_harbor.NAMES)
    by_dump = Moved("harbor", SAMPLES / "harbor.sql", tmp_path, names=test_harbor.NAMES)
    assert timeless(by_api) == timeless(by_dump)


def test_what_stays_behind_of_harbor_is_told_whichever_way_it_came(
    harbor: Path, tmp_path: Path
) -> None:
    by_api = Moved("harbor", harbor, tmp_path, names=test_harbor.NAMES).left()
    by_dump = Moved("harbor", SAMPLES / "harbor.sql", tmp_path, names=test_harbor.NAMES).left()
    assert by_dump.keys() - by_api.keys() == {
        "table: artifact",
        "person: anonymous",
        "project: old#4",
    }
    assert by_api.keys() - by_dump.keys() == {
        "what is not in the export: Harbor",
        "label: old of a project",
        "robot: ci in /system",
        "rights of a robot: ci in /system",
    }


def test_robots_of_harbor_are_called_without_what_harbor_puts_before(
    harbor: Path, tmp_path: Path
) -> None:
    moved = Moved("harbor", harbor, tmp_path, names=test_harbor.NAMES)
    assert {one.about: one.disabled_at is not None for one in moved.all(Robot)} == {
        "acme ci": False,
        "acme old": True,
    }


def test_every_page_of_harbor_is_read_and_the_report_says_what_it_counts_and_does_not_list(
    tmp_path: Path,
) -> None:
    api = Api("harbor")
    [kit] = [one for one in api.answers["repositories"] if one["name"] == "open_source/kit"]
    many = [kit | {"id": number, "name": f"open_source/n{number}"} for number in range(100, 345)]
    api.answers["repositories"] += many
    api.counts["users"] = 5
    assert export("harbor", api, tmp_path)
    moved = Moved("harbor", tmp_path / "harbor", tmp_path, names=test_harbor.NAMES)
    assert len(moved.all(Repository)) == 4 + 245
    assert moved.left()["rows of a list: users"] == "Harbor counts 5 and listed 4: export again"


def test_an_export_that_was_stopped_is_refused_and_goes_on_where_it_was(
    stopped_harbor: Exported, stopped_quay: Exported
) -> None:
    for one in (stopped_harbor, stopped_quay):
        assert "run it again, it goes on" in one.refusal
        assert one.asked[-1] == one.asked_later[0]
        assert not set(one.asked[:-1]) & set(one.asked_later)


def test_quays_api_says_who_may_what_as_its_database_does(quay: Path, tmp_path: Path) -> None:
    by_api = timeless(Moved("quay", quay, tmp_path, names=QUAY_NAMES))
    by_dump = timeless(Moved("quay", SAMPLES / "quay.sql", tmp_path, names=QUAY_NAMES))
    assert [one.about for one in by_dump if one not in by_api] == [
        "alice",  # whose whole name the API does not tell
        "bobby ci",  # a robot that may do nothing yet
        "acme/anvil alice",  # stars
        "acme/anvil bobby",
    ]
    assert [one.about for one in by_api if one not in by_dump] == ["alice", "acme/tools/hammer"]


def test_robots_of_people_are_known_by_their_permissions_in_quay(
    quay: Path, tmp_path: Path
) -> None:
    moved = Moved("quay", quay, tmp_path, names=QUAY_NAMES)
    assert [one.about for one in moved.all(Robot)] == ["acme ci", "alice laptop"]
    assert {one.role for one in moved.all(Grant) if one.robot == "alice+laptop"} == {Role.WRITER}


def test_invitations_and_what_quay_tells_nobody_are_in_the_report(
    quay: Path, tmp_path: Path
) -> None:
    left = Moved("quay", quay, tmp_path, names=QUAY_NAMES).left()
    assert {"invitation: dora@example.com", "what is not in the export: Quay"} <= left.keys()


def test_answers_of_another_product_are_refused(quay: Path, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"holds no answers of harbor"):
        Moved("harbor", quay, tmp_path)


@pytest.mark.parametrize("line", ["null", "{", '{"name": "acme"}', '{"username": "\\ud800"}'])
def test_a_line_that_is_no_answer_is_told_by_its_place(line: str, tmp_path: Path) -> None:
    (tmp_path / "complete.json").write_text('{"product": "quay"}')
    (tmp_path / "users.jsonl").write_text(f"{line}\n")
    with pytest.raises(Unusable, match=r"Line 1 of users\.jsonl"):
        Moved("quay", tmp_path, tmp_path)
