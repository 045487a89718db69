"""What was exported and imported says the same when it is exported again."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import User
from config.estate.comparing import differences
from config.estate.exporting import export
from config.estate.file import read
from config.estate.kinds import TABLES
from config.estate.records import KINDS, LeftBehind
from config.estate.report import Outcome
from tests.estate.estate import refusals, take_in

pytestmark = pytest.mark.django_db


def test_the_estate_has_every_kind_so_that_this_is_about_all_of_them(estate: Path) -> None:
    assert {line.kind for line in read(estate)} == set(TABLES)


def test_an_imported_estate_is_the_same_when_it_is_exported_again(
    estate: Path, tmp_path: Path
) -> None:
    assert refusals(take_in(estate)) == []
    again = tmp_path / "again.jsonl"
    export(again, credentials=True)
    assert list(differences(estate, again)) == []


def test_a_second_import_finds_everything_there(estate: Path) -> None:
    take_in(estate)
    again = take_in(estate)
    assert again.count(Outcome.THERE) == again.records


def test_kinds_are_in_the_order_of_the_file() -> None:
    assert [*TABLES, LeftBehind.KIND] == [kind.KIND for kind in KINDS]


def test_whoever_had_a_password_still_has_it(estate: Path) -> None:
    take_in(estate)
    assert User.objects.earliest("pk").check_password("demo password")
