"""The command line: options of ours, arguments of others, failures in one sentence."""

from __future__ import annotations

import ast
import signal
from collections.abc import Iterator

import pytest

from launcher import cli
from launcher.layout import CHECKOUT
from launcher.problems import Problem


@pytest.fixture(autouse=True)
def _keep_signal_handlers() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_arguments_for_pytest_are_passed_on() -> None:
    chosen, rest = cli.parse(["test", "-k", "login", "--only", "sqlite", "-x"])
    assert chosen.only == ["sqlite"]
    assert rest == ["-k", "login", "-x"]


def test_what_stands_after_two_dashes_is_never_ours() -> None:
    chosen, rest = cli.parse(["test", "--", "--only", "x"])
    assert chosen.only is None
    assert rest == ["--only", "x"]


def test_arguments_for_django_are_passed_on() -> None:
    chosen, rest = cli.parse(["manage", "--var", "/v", "migrate", "--check", "-v", "2"])
    assert chosen.var == "/v"
    assert rest == ["migrate", "--check", "-v", "2"]


def test_help_of_a_django_command_is_djangos() -> None:
    assert cli.parse(["manage", "migrate", "--help"])[1] == ["migrate", "--help"]


def test_an_option_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        cli.parse(["run", "--prot", "80"])
    assert ending.value.code == 2
    assert "--prot" in capsys.readouterr().err


def test_a_problem_is_one_sentence_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_arguments: object) -> int:
        sentence = "Port 80 is in use."
        raise Problem(sentence)

    monkeypatch.setattr("launcher.run.run", fail)
    assert cli.main(["run"]) == 2
    assert capsys.readouterr().err == "\ndev: Port 80 is in use.\n"


def test_ctrl_c_before_anything_runs_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_arguments: object) -> int:
        signal.raise_signal(signal.SIGTERM)
        return 0

    monkeypatch.setattr("launcher.run.run", interrupt)
    assert cli.main(["run"]) == cli.INTERRUPTED
    assert capsys.readouterr().err == "\ndev: stopped.\n"


def test_an_old_python_can_read_the_entrance_and_refuse() -> None:
    source = (CHECKOUT / "dev").read_text()
    ast.parse(source, feature_version=(3, 4))
    assert source.index("version_info < (3, 11)") < source.index("import main")


def test_the_entrance_can_be_executed() -> None:
    assert (CHECKOUT / "dev").stat().st_mode & 0o111
