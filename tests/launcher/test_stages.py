"""What a person gives to ./dev test reaches the stages it is meant for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from launcher import test
from launcher.layout import Layout
from launcher.problems import Problem
from launcher.results import Outcome, skipped_stage
from launcher.stages import SIDE_BY_SIDE, Workshop, e2e_arguments, fault_arguments, unit_arguments
from launcher.test import Choice, exit_status, run_stage, run_stages, summary

QUICK = ["-m", "not slow", "tests/faults", "tests/e2e"]  # of all with real parts


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in (
        *("tests/index/test_policy.py", "tests/e2e/test_push.py", "tests/e2e/test_pull.py"),
        "tests/faults/test_database.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def workshop(checkout: Path, *arguments: str) -> Workshop:
    layout = Layout(var=checkout / "var", checkout=checkout)
    return Workshop(layout=layout, python=Path("python"), reports=checkout, arguments=arguments)


def test_without_arguments_every_stage_runs_its_folder(checkout: Path) -> None:
    assert unit_arguments(workshop(checkout)) == ["tests"]
    assert e2e_arguments(workshop(checkout)) == [*SIDE_BY_SIDE, *QUICK]


def test_options_reach_every_stage(checkout: Path) -> None:
    assert unit_arguments(workshop(checkout, "-k", "login")) == ["-k", "login", "tests"]
    chosen = workshop(checkout, "-k", "login")
    assert e2e_arguments(chosen) == [*SIDE_BY_SIDE, "-k", "login", *QUICK]


def test_a_unit_test_named_by_path_leaves_e2e_out(checkout: Path) -> None:
    chosen = workshop(checkout, "tests/index/test_policy.py::test_owner")
    assert unit_arguments(chosen) == ["tests/index/test_policy.py::test_owner"]
    assert e2e_arguments(chosen) == []


def test_an_e2e_test_named_by_path_leaves_the_others_out(checkout: Path) -> None:
    chosen = workshop(checkout, "tests/e2e/test_push.py", "-x")
    assert unit_arguments(chosen) == []
    assert e2e_arguments(chosen) == ["-x", "tests/e2e/test_push.py"]


def test_a_fault_named_by_path_runs_with_the_real_parts_even_if_it_is_slow(checkout: Path) -> None:
    chosen = workshop(checkout, "tests/faults/test_database.py", "-x")
    assert unit_arguments(chosen) == []
    assert e2e_arguments(chosen) == ["-x", "tests/faults/test_database.py"]
    assert fault_arguments(chosen) == ["-x", "tests/faults/test_database.py"]


@pytest.mark.parametrize("whole", ["faults", "looks"])
def test_all_faults_and_all_looks_are_a_stage_of_their_own(
    monkeypatch: pytest.MonkeyPatch, checkout: Path, whole: str
) -> None:
    seen: list[tuple[str, Sequence[str]]] = []

    def run(name: str, _stage: object, chosen: Workshop) -> None:
        seen.append((name, chosen.arguments))

    monkeypatch.setattr(test, "run_stage", run)
    monkeypatch.setattr(test, "ensure_venv", lambda *_: Path("python"))
    layout = Layout(var=checkout / "var", checkout=checkout)
    run_stages(layout, Choice(), [whole, "-k", "lock"])
    assert seen == [(whole, ["-k", "lock"])]
    seen.clear()
    run_stages(layout, Choice(), [])
    assert [name for name, _ in seen] == ["sqlite", "postgresql", "e2e"]


def test_one_e2e_file_is_for_one_process_and_several_are_for_several(checkout: Path) -> None:
    push, pull = "tests/e2e/test_push.py", "tests/e2e/test_pull.py"
    of_one = [f"{push}::test_one", f"{push}::test_two"]
    assert e2e_arguments(workshop(checkout, *of_one)) == of_one
    assert e2e_arguments(workshop(checkout, push, pull)) == [*SIDE_BY_SIDE, push, pull]
    assert e2e_arguments(workshop(checkout, "tests/e2e")) == [*SIDE_BY_SIDE, "tests/e2e"]


def test_a_stage_that_cannot_be_set_up_is_skipped_with_the_reason(checkout: Path) -> None:
    def stage(_workshop: Workshop) -> Outcome:
        sentence = "no network"
        raise Problem(sentence)

    outcome = run_stage("postgresql", stage, workshop(checkout))
    assert outcome is not None
    assert outcome.verdict == "SKIP"
    assert "no network" in outcome.line


def test_many_tests_skipped_for_one_reason_are_counted_by_file() -> None:
    tests = ["tests.a.test_one[x.y]", "tests.a.test_two", "tests.b.test_one", "tests.b.test_two"]
    assert summary(tests) == "4 tests, 2 of tests.a, 2 of tests.b"


def test_a_few_skipped_tests_are_named() -> None:
    assert summary(["tests.a.test_one", "tests.a.test_two"]) == "tests.a.test_one, tests.a.test_two"


def test_a_skip_fails_only_where_nothing_may_be_skipped() -> None:
    outcomes = [Outcome("sqlite", passed=1), skipped_stage("e2e", "no root")]
    assert exit_status(outcomes, require_all=False) == 0
    assert exit_status(outcomes, require_all=True) == 1


def test_a_failure_fails() -> None:
    assert exit_status([Outcome("sqlite", passed=9, failed=1)], require_all=False) == 1


def test_no_test_at_all_fails() -> None:
    assert exit_status([Outcome("sqlite")], require_all=False) == 1


def test_without_a_choice_all_stages_run() -> None:
    assert Choice().only is None
