"""pytest's report becomes counts, reasons and a verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.results import Outcome, Skip, read, skipped_stage, totals

REPORT = """<testsuites><testsuite>
  <testcase classname="tests.a" name="test_one"/>
  <testcase classname="tests.a" name="test_two"><failure message="no"/></testcase>
  <testcase classname="tests.a" name="test_three"><error message="teardown"/></testcase>
  <testcase classname="tests.a" name="test_four"><skipped message="needs root"/></testcase>
  <testcase classname="tests.a" name="test_five"><skipped type="pytest.xfail"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.xml"
    file.write_text(REPORT)
    return file


def test_tests_are_counted_and_skips_keep_their_reason(report: Path) -> None:
    outcome = read("sqlite", report, status=1, selective=False)
    assert (outcome.passed, outcome.failed) == (1, 2)
    assert outcome.skips == [Skip("tests.a.test_four", "needs root")]


def test_a_pytest_that_failed_without_a_report_is_a_failure(tmp_path: Path) -> None:
    outcome = read("sqlite", tmp_path / "none.xml", status=3, selective=False)
    assert outcome.verdict == "FAIL"


def test_a_stage_without_tests_is_a_failure(tmp_path: Path) -> None:
    assert read("e2e", tmp_path / "none.xml", status=5, selective=False).failed == 1


def test_a_selection_may_leave_a_stage_without_tests(tmp_path: Path) -> None:
    assert read("e2e", tmp_path / "none.xml", status=5, selective=True).failed == 0


def test_a_run_broken_off_with_only_passes_is_a_failure(report: Path) -> None:
    report.write_text('<testsuites><testcase name="test_one"/></testsuites>')
    assert read("sqlite", report, status=2, selective=False).failed == 1


def test_totals_are_in_the_form_that_is_read_by_machines() -> None:
    outcomes = [Outcome("sqlite", passed=3, failed=1), skipped_stage("e2e", "no root")]
    assert totals(outcomes) == "3 passed, 1 failed, 1 skipped"


def test_the_line_of_a_skipped_stage_gives_the_reason() -> None:
    assert skipped_stage("e2e", "no root").line.startswith("SKIP e2e: 0 passed")
    assert skipped_stage("e2e", "no root").line.endswith("(no root)")
