"""The file: what is written is read, and what is no record is told by line and reason."""

from __future__ import annotations

import enum
import gzip
import json
import types
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.estate.comparing import differences
from config.estate.file import Damaged, Header, count, read, read_header, write
from config.estate.records import KINDS, Record
from config.estate.records.people import Organization, Person, Plan
from config.estate.values import hints_of

HEADER = Header(source="waybill", source_version="1", written_at=datetime(2025, 1, 2, tzinfo=UTC))
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    bool: st.booleans(),
    int: st.integers(0, 2**63 - 1),
    datetime: st.datetimes(datetime(1970, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    Any: st.none() | st.booleans() | TEXT | st.lists(TEXT),
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    if hint in SIMPLE:
        return SIMPLE[hint]
    inside = get_args(hint)
    if get_origin(hint) is types.UnionType:
        return st.none() | values_of(inside[0])
    if get_origin(hint) is tuple:
        return st.lists(values_of(inside[0]), max_size=3).map(tuple)
    if get_origin(hint) is dict:
        return st.dictionaries(TEXT, values_of(inside[1]), max_size=3)
    if issubclass(hint, enum.Enum):
        return st.sampled_from(list(hint))
    return st.builds(hint, **{name: values_of(one) for name, one in hints_of(hint).items()})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(record=st.sampled_from(KINDS).flatmap(values_of))
def test_every_record_is_read_as_it_was_written(tmp_path: Path, record: Record) -> None:
    write(tmp_path / "file", HEADER, [record])
    assert [line.record for line in read(tmp_path / "file")] == [record]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    line=st.dictionaries(
        st.sampled_from(["kind", *(one.name for one in fields(Person))]),
        st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT) | st.just("person"),
    )
)
def test_whatever_a_line_holds_it_is_a_record_or_it_is_said_why_not(
    tmp_path: Path, line: dict[str, Any]
) -> None:
    file = tmp_path / "file"
    write(file, HEADER, [Plan(name="x")])
    first, _, _ = file.read_text().splitlines()
    end = json.dumps({"kind": "end", "records": 1})
    file.write_text(f"{first}\n{json.dumps(line)}\n{end}\n")
    [found] = read(file)
    assert (found.record is None) == bool(found.problem)


def test_a_name_with_gz_makes_it_small(tmp_path: Path) -> None:
    write(tmp_path / "file.gz", HEADER, [Plan(name="x")])
    assert b'"kind":"plan"' in gzip.decompress((tmp_path / "file.gz").read_bytes())
    assert count(tmp_path / "file.gz") == 1


def test_its_owner_alone_reads_it(tmp_path: Path) -> None:
    write(tmp_path / "file", HEADER, [])
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_the_header_says_where_it_is_from(tmp_path: Path) -> None:
    write(tmp_path / "file", HEADER, [])
    assert read_header(tmp_path / "file") == HEADER


def test_what_fails_while_it_is_written_leaves_no_file(tmp_path: Path) -> None:
    def records() -> Any:
        yield Plan(name="x")
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - which one is no matter
        write(tmp_path / "file", HEADER, records())
    assert list(tmp_path.iterdir()) == []


CHANGES: dict[str, Callable[[str], str]] = {
    "cut off": lambda text: text[: text.index('{"kind":"end"')],
    "not whole": lambda text: text.removesuffix("\n"),
    "There are 2 records, and there were 9": lambda text: text.replace(":2}", ":9}"),
    "no file of the format": lambda text: text.replace("waybill-estate", "other"),
    "Version 2 of the format": lambda text: text.replace('"version":1', '"version":2'),
}


@pytest.mark.parametrize(("problem", "change"), CHANGES.items())
def test_a_damaged_file_is_refused_whole(
    tmp_path: Path, problem: str, change: Callable[[str], str]
) -> None:
    file = tmp_path / "file"
    write(file, HEADER, [Plan(name="x"), Plan(name="y")])
    file.write_text(change(file.read_text()))
    with pytest.raises(Damaged, match=problem):
        list(read(file))


def test_a_record_comes_after_what_it_may_refer_to(tmp_path: Path) -> None:
    write(tmp_path / "file", HEADER, [Organization(name="acme"), Person(username="anna")])
    with pytest.raises(Damaged, match="person comes too late"):
        list(read(tmp_path / "file"))


def test_two_files_are_compared_whatever_their_order(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other.gz"
    write(one, HEADER, [Plan(name="x"), Plan(name="y"), Plan(name="z")])
    write(other, HEADER, [Plan(name="y"), Plan(name="x", members=3), Person(username="anna")])
    assert sorted(differences(one, other)) == [
        "not the same: plan x", f"only in {one}: plan z", f"only in {other}: person anna",
    ]  # fmt: skip
