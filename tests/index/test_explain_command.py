"""`manage.py explain`."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import World


def run(*words: str) -> int:
    """Return the exit code."""
    try:
        call_command("explain", *words)
    except CommandError as error:
        return error.returncode
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_the_exit_code_says_whether_it_is_allowed(world: World) -> None:
    assert run("mila", "push", "acme/app") == 0
    assert run("mila", "pull,delete", "acme/app") == 1
    assert run("anonymous", "pull", "acme/app") == 1
    assert run("mila", "fly", "acme/app") == 2
    assert run("mila", "push", "Acme/App") == 2
    assert run("nemo", "push", "acme/app") == 2


def test_every_step_and_the_remedy_are_printed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    run("rita", "push", "acme/app:v1")
    printed = capsys.readouterr().out
    assert "+ a grant gives the role reader" in printed
    assert "rita may not push acme/app:v1: the role reader carries pull alone" in printed
    assert "to change it: an admin of the repository gives a role that carries it" in printed
    assert "reader: team readers" in printed
