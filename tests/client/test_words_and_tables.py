"""How the command line prints times, sizes and tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from waybill.terminal.table import Column, cells, lines
from waybill.terminal.words import ago, clean, size

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
_COLUMNS = (
    Column("NAME", lambda row: str(row[0])),
    Column("DESCRIPTION", lambda row: str(row[1]), gives_way=True),
    Column("PUSHED", lambda row: str(row[2]), may_go=True),
)
_ROW = ("acme/app", "An application of which there is much to say", "3 days ago")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "less than a second ago"),
        (59, "59 seconds ago"),
        (60, "about a minute ago"),
        (3599, "59 minutes ago"),
        (3600, "about an hour ago"),
        (47 * 3600, "47 hours ago"),
        (13 * 86400, "13 days ago"),
        (14 * 86400, "2 weeks ago"),
        (90 * 86400, "3 months ago"),
        (800 * 86400, "2 years ago"),
        (-600, "in 10 minutes"),
    ],
)
def test_times_are_said_as_docker_says_them(seconds: float, said: str) -> None:
    assert ago((NOW - timedelta(seconds=seconds)).isoformat(), now=NOW) == said


def test_a_time_of_the_api_ends_with_a_letter() -> None:
    assert ago("2026-11-23T11:00:00.123456Z", now=NOW) == "59 minutes ago"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0B"), (999, "999B"), (13_256, "13.3kB"), (999_999, "1MB"), (1_090_000_000, "1.09GB")],
)
def test_sizes_have_three_digits(count: int, said: str) -> None:
    assert size(count) == said


def test_a_wide_terminal_shows_everything() -> None:
    assert list(lines(_COLUMNS, [_ROW], width=200))[1] == "   ".join(_ROW)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_line_is_longer_than_the_terminal(width: int) -> None:
    assert all(cells(line) <= width for line in lines(_COLUMNS, [_ROW], width=width))


def test_a_narrow_terminal_does_without_what_may_go() -> None:
    heading, _ = lines(_COLUMNS, [_ROW], width=36)
    assert heading.split() == ["NAME", "DESCRIPTION"]


def test_wide_letters_count_twice() -> None:
    row = ("acme/app", "容器镜像仓库" * 5, "now")
    assert cells(list(lines(_COLUMNS, [row], width=50))[1]) <= 50


def test_an_empty_column_is_left_out() -> None:
    heading, _ = lines(_COLUMNS, [("acme/app", "", "now")], width=None)
    assert heading.split() == ["NAME", "PUSHED"]


def test_text_of_others_stays_in_its_line() -> None:
    assert clean("a\x1b[31m\r\nb\u202e") == "a [31m b"
