"""Starting: what Django answers, what is printed, what a failed start says."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.log import Log
from launcher.problems import Problem
from launcher.run import LONGEST_STAGE, SAY_AFTER, Stage, link_in, not_ready
from launcher.welcome import welcome


def test_the_first_administrators_link_is_taken_from_django() -> None:
    assert link_in('{"setup_link": "http://127.0.0.1/setup/x"}') == "http://127.0.0.1/setup/x"
    assert link_in('{"setup_link": null}') is None


@pytest.mark.parametrize("answer", ["", "done", "[]", "{}"])
def test_another_answer_is_a_problem(answer: str) -> None:
    with pytest.raises(Problem, match="not its JSON"):
        link_in(answer)


def test_ready_is_one_line_and_the_commands_name_the_host() -> None:
    lines = welcome(8123, "http://127.0.0.1:8123/setup/x")
    assert lines[0] == "READY http://127.0.0.1:8123/"
    text = "\n".join(lines)
    assert text.count("READY") == 1
    for words in ("login", "tag hello", "push", "search", "pull"):
        assert f"docker {words} 127.0.0.1:8123" in text
    assert "/setup/x" in text


def test_later_there_is_no_link_for_a_first_administrator() -> None:
    assert "administrator" not in "\n".join(welcome(8123, None))


def test_a_start_that_fails_shows_the_last_lines_of_the_part(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.line("gateway", "bind() failed")
    log.close()
    sentence = not_ready(log, "gateway", "no answer on port 1").sentence
    assert sentence.startswith("gateway does not work: no answer on port 1.")
    assert sentence.endswith("\n    bind() failed")


def test_a_start_is_waited_for_as_long_as_one_part_after_the_other_answers() -> None:
    stage, almost = Stage(), LONGEST_STAGE - 1
    assert not any(
        stage.is_over(left, "web", now=almost * turn, say=list[str]().append)
        for turn, left in enumerate([5, 4, 3, 2, 1], start=1)
    )


def test_a_part_that_lives_and_never_answers_ends_the_start() -> None:
    stage = Stage()
    assert not stage.is_over(5, "web", now=0.0, say=list[str]().append)
    assert stage.is_over(5, "web", now=LONGEST_STAGE + 1, say=list[str]().append)


def test_whoever_waits_is_told_for_what() -> None:
    stage, said = Stage(), list[str]()
    for second in range(int(SAY_AFTER) * 2 + 1):
        stage.is_over(3, "worker", now=float(second), say=said.append)
    assert said == [
        "still waiting for worker, for 15 s; 3 checks to go",
        "still waiting for worker, for 30 s; 3 checks to go",
    ]
