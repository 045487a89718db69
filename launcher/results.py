"""What the tests of one stage came to, read from pytest's report."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

NO_TESTS_COLLECTED = 5


@dataclass(frozen=True, slots=True)
class Skip:
    """A test that did not run, and why."""

    test: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """One stage: what passed, what failed, what was left out."""

    stage: str
    passed: int = 0
    failed: int = 0
    skips: list[Skip] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def verdict(self) -> str:
        if self.failed:
            return "FAIL"
        return "PASS" if self.passed else "SKIP"

    @property
    def line(self) -> str:
        counts = totals([self])
        reason = f" ({self.skips[0].reason})" if self.verdict == "SKIP" and self.skips else ""
        return f"{self.verdict} {self.stage}: {counts} in {self.seconds:.1f} s{reason}"


def totals(outcomes: list[Outcome]) -> str:
    """The closing line, in the form that CI reads."""
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    skipped = sum(len(outcome.skips) for outcome in outcomes)
    return f"{passed} passed, {failed} failed, {skipped} skipped"


def skipped_stage(stage: str, reason: str) -> Outcome:
    return Outcome(stage, skips=[Skip(f"the whole stage {stage}", reason)])


def read(stage: str, report: Path, *, status: int, selective: bool) -> Outcome:
    """An outcome from pytest's junit report and exit status.

    A stage in which nothing ran has failed, unless the person selected tests (`-k …`) and
    those are in another stage.
    """
    outcome = Outcome(stage)
    if report.exists():
        root = ElementTree.parse(report).getroot()  # noqa: S314 - as above
        for case in root.iter("testcase"):
            count(case, outcome)
    nothing_selected = status == NO_TESTS_COLLECTED and selective
    if status != 0 and not outcome.failed and not nothing_selected:
        outcome.failed = 1  # pytest itself failed, or a run was broken off
    return outcome


def count(case: ElementTree.Element, outcome: Outcome) -> None:
    """Count one test; an expected failure is none of the three, pytest lists it itself."""
    skipped = case.find("skipped")
    if case.find("failure") is not None or case.find("error") is not None:
        outcome.failed += 1
    elif skipped is None:
        outcome.passed += 1
    elif skipped.get("type") != "pytest.xfail":
        name = f"{case.get('classname', '')}.{case.get('name', '')}".strip(".")
        outcome.skips.append(Skip(name, skipped.get("message") or "no reason given"))
