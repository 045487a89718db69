"""What `./dev load` makes of what it saw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.nodes import Credential, Image
from bench.whole_clock import Clock
from bench.whole_look import Looks
from bench.whole_mix import Done, Mix, Site
from bench.whole_report import grown, write

IMAGE = Image(port=9, service="index.test", repository="olga/app", reference="1.0")
SITE = Site(IMAGE, IMAGE, [], [Credential("olga", "secret")], "session=1", "secret")


def clock_that_reads(*moments: float) -> Clock:
    return Clock(iter(moments).__next__)


def memory(*megabytes: float) -> list[tuple[float, float]]:
    return [(number * 2.0, each) for number, each in enumerate(megabytes)]


def reported(folder: Path, done: Sequence[Done], looks: Looks | None = None) -> str:
    return write(folder, Mix(SITE, Clock(), list(done)), looks or Looks(), seconds=10.0)


def test_a_clock_that_is_looked_at_tells_the_time() -> None:
    clock = clock_that_reads(100.0, 100.5, 101.2)
    assert [clock.now(), clock.now()] == pytest.approx([0.5, 1.2])


def test_what_the_machine_stood_still_is_no_time() -> None:
    clock = clock_that_reads(100.0, 100.5, 130.5, 131.0)
    assert [clock.now(), clock.now(), clock.now()] == pytest.approx([0.5, 0.5, 1.0])
    assert clock.pauses == pytest.approx([30.0])


def test_each_kind_has_its_times_and_failures(tmp_path: Path) -> None:
    done = [Done("pull", 0.0, 0.1, ""), Done("pull", 1.0, 0.3, "OSError: gone")]
    page = reported(tmp_path, done)
    assert "| pull | 2 | 0.2 | 200 | 290 | 298 | 300 | 1 |" in page
    assert "- 1 times OSError: gone" in page


def test_no_percentile_is_above_the_slowest(tmp_path: Path) -> None:
    page = reported(tmp_path, [Done("push", 0.0, seconds, "") for seconds in (0.1, 0.2, 0.6)])
    assert "| 592 | 600 | 0 |" in page


def test_the_pictures_lie_beside_the_page(tmp_path: Path) -> None:
    reported(tmp_path, [Done("pull", 0.0, 0.1, "")], Looks({"web": memory(250.0)}, [(0.0, 0.5)]))
    names = {"throughput.svg", "percentiles.svg", "memory.svg", "queue.svg", "report.md"}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_what_settles_in_the_beginning_is_no_growth() -> None:
    assert grown(Looks({"web": memory(100, 250, 251, 250, 252)})) == []


def test_more_than_a_tenth_is_told() -> None:
    assert grown(Looks({"web": memory(250, 250, 260, 270, 280)})) == ["web"]


def test_what_is_not_our_own_may_grow() -> None:
    assert grown(Looks({"redis": memory(4, 4, 6, 8, 10)})) == []
