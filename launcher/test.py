"""`./dev test`: set up what the tests need, run them in stages, and close with one total."""

from __future__ import annotations

import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from launcher.environment import DEVELOPMENT, ensure_venv
from launcher.layout import Layout, prepare
from launcher.problems import Problem
from launcher.results import Outcome, skipped_stage, totals
from launcher.stages import (
    Workshop,
    fetch_tools,
    run_e2e,
    run_faults,
    run_looks,
    run_postgresql,
    run_sqlite,
    told,
)
from launcher.tools import RUN_TOOLS, TEST_TOOLS
from launcher.variables import clean_environment

STAGES: dict[str, Callable[[Workshop], Outcome | None]] = {
    "sqlite": run_sqlite,
    "postgresql": run_postgresql,
    "e2e": run_e2e,
}
# Too long for every change: what is named first runs alone.
WHOLE: dict[str, Callable[[Workshop], Outcome | None]] = {"faults": run_faults, "looks": run_looks}
# More skipped tests than these are counted by file.
FEW = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """Which stages to run, whether all of it on both databases, and whether a skip is a failure."""

    only: Sequence[str] | None = None
    every_database: bool = False
    require_all: bool = False


def test(layout: Layout, choice: Choice, arguments: Sequence[str]) -> int:
    """Run the tests; 0 if none failed (and none was skipped, where that is required)."""
    outcomes = run_stages(layout, choice, arguments)
    report(outcomes)
    status = exit_status(outcomes, require_all=choice.require_all)
    print(totals(outcomes))
    return status


def run_stages(layout: Layout, choice: Choice, arguments: Sequence[str]) -> list[Outcome]:
    prepare(layout)
    reports = layout.var / "test"
    reports.mkdir(exist_ok=True)
    python = ensure_venv(layout.dev_venv, DEVELOPMENT)
    workshop = Workshop(
        layout=layout,
        python=python,
        reports=reports,
        arguments=list(arguments),
        every_database=choice.every_database,
    )
    stages = STAGES
    if arguments and arguments[0] in WHOLE:
        stages = {arguments[0]: WHOLE[arguments[0]]}
        workshop = replace(workshop, arguments=list(arguments[1:]))
    outcomes = []
    for name, stage in stages.items():
        if choice.only is None or name in choice.only:
            outcome = run_stage(name, stage, workshop)
            if outcome is not None:
                print(outcome.line, flush=True)
                outcomes.append(outcome)
    return outcomes


def run_stage(
    name: str, stage: Callable[[Workshop], Outcome | None], workshop: Workshop
) -> Outcome | None:
    """One stage, timed; None where the person's selection has nothing in it."""
    begun = time.monotonic()
    try:
        outcome = stage(workshop)
    except Problem as problem:
        outcome = skipped_stage(name, problem.sentence)
    if outcome is not None:
        outcome.seconds = time.monotonic() - begun
    return outcome


def report(outcomes: Sequence[Outcome]) -> None:
    """The skips with their reasons, and a line for every stage."""
    show_skips(outcomes)
    print(f"\nTests took {sum(outcome.seconds for outcome in outcomes):.0f} s.")
    for outcome in outcomes:
        print(outcome.line)


def show_skips(outcomes: Sequence[Outcome]) -> None:
    """Every reason once, with its tests, or with their files where they are many."""
    reasons: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for outcome in outcomes:
        for skip in outcome.skips:
            reasons[outcome.stage, skip.reason].append(skip.test)
    if reasons:
        print("\nSkipped:")
    for (stage, reason), tests in reasons.items():
        print(f"  {stage}: {reason}: {summary(tests)}")


def summary(tests: Sequence[str]) -> str:
    if len(tests) <= FEW:
        return ", ".join(tests)
    files = Counter(test.partition("[")[0].rpartition(".")[0] for test in tests)
    return f"{len(tests)} tests, " + ", ".join(
        f"{count} of {name}" for name, count in files.items()
    )


def exit_status(outcomes: Sequence[Outcome], *, require_all: bool) -> int:
    if any(outcome.failed for outcome in outcomes):
        return 1
    if not any(outcome.passed for outcome in outcomes):
        print("No test ran.")
        return 1
    if require_all and any(outcome.skips for outcome in outcomes):
        print("Nothing may be skipped here (--require-all).")
        return 1
    return 0


def load(layout: Layout, arguments: Sequence[str]) -> int:
    """Let many ask everything of an instance at once (bench.whole), in the tests' environment."""
    prepare(layout)
    python = ensure_venv(layout.dev_venv, DEVELOPMENT)
    command = [str(python), "-m", "bench.whole", "--report", str(layout.var / "load"), *arguments]
    environment = clean_environment({}, venv=python.parent.parent)
    return subprocess.run(command, cwd=layout.checkout, env=environment, check=False).returncode


def compatibility(layout: Layout) -> int:
    """Let every client do everything, and write down what came out (tests.e2e.compatibility)."""
    prepare(layout)
    python = ensure_venv(layout.dev_venv, DEVELOPMENT)
    workshop = Workshop(layout=layout, python=python, reports=layout.var, arguments=[])
    variables = told(workshop, fetch_tools(layout, (*RUN_TOOLS, *TEST_TOOLS)))
    command = [str(python), "-m", "tests.e2e.compatibility"]
    environment = clean_environment(variables, venv=python.parent.parent)
    return subprocess.run(command, cwd=layout.checkout, env=environment, check=False).returncode
