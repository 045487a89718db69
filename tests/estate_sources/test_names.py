"""Names that do not fit are refused with advice, or mapped; none is changed unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.estate.sources.errors import NotTaken, Unusable
from config.estate.sources.names import Kind, Names, read_map, write_map


def test_a_name_that_fits_stays_as_it_is() -> None:
    assert Names().take(Kind.PERSON, "alice") == "alice"


@pytest.mark.parametrize(
    ("kind", "old", "advised"),
    [
        (Kind.PERSON, "B.Smith", "bsmith"),
        (Kind.PERSON, "bob", "bob1"),
        (Kind.PERSON, "ü", "person"),
        (Kind.ORGANIZATION, "Open_Source", "open-source"),
        (Kind.ORGANIZATION, "ci", "ci01"),
        (Kind.ORGANIZATION, "admin", "admin1"),
        (Kind.TEAM, "Q A", "q-a"),
        (Kind.ROBOT, "CI:1", "ci-1"),
        (Kind.REPOSITORY, "acme/App_-x", "acme/app-x"),
    ],
)
def test_advice_is_a_name_that_fits(kind: Kind, old: str, advised: str) -> None:
    with pytest.raises(NotTaken, match=f"{kind}:{old}={advised}$"):
        Names().take(kind, old)
    assert Names({old: advised}).take(kind, old) == advised


def test_two_are_never_advised_the_same_name() -> None:
    names = Names()
    for old in ("b.smith", "b-smith"):
        with pytest.raises(NotTaken):
            names.take(Kind.PERSON, old)
    assert sorted(names.advice.values()) == ["bsmith", "bsmith1"]


def test_people_and_organizations_compete_for_a_name() -> None:
    names = Names()
    names.take(Kind.PERSON, "alice")
    with pytest.raises(NotTaken, match="alice is already the person alice here"):
        names.take(Kind.ORGANIZATION, "alice")
    mapped = Names({"organization:alice": "alice-images"})
    assert mapped.take(Kind.PERSON, "alice") == "alice"
    assert mapped.take(Kind.ORGANIZATION, "alice") == "alice-images"


def test_what_it_is_mapped_to_has_to_fit_as_well() -> None:
    with pytest.raises(NotTaken, match="4 to 30 lowercase letters"):
        Names({"bob": "Bob"}).take(Kind.PERSON, "bob")


def test_a_map_is_written_and_read_again(tmp_path: Path) -> None:
    write_map(tmp_path / "map", {"person:b=c": "bcbc", "team:Q": "qq"})
    assert read_map(tmp_path / "map") == {"person:b=c": "bcbc", "team:Q": "qq"}


@pytest.mark.parametrize("line", ["alice", "=alice", "alice=", "a=b\na=c"])
def test_a_line_of_a_map_that_says_nothing_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "map").write_text(line)
    with pytest.raises(Unusable, match=r"Line [12] of the map"):
        read_map(tmp_path / "map")
