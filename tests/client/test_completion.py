"""What real shells complete, by the script that `waybill completion` prints for each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.layout import CHECKOUT
from tests.tools import tool

# What each shell is told, in place of the Tab key that nobody presses here. Zsh's own functions would want a terminal.
_ASK = {
    "bash": 'source script; COMP_WORDS=(waybill repos e); COMP_CWORD=2; _waybill_completion waybill; printf "%s\\n" "${COMPREPLY[@]}"',
    "zsh": "compdef() {}; _describe() { print -l -- ${(P)3} }; words=(waybill repos e); CURRENT=3; source ./script; _waybill_completion",
    "fish": 'source script; complete -C "waybill repos e"',
}
_ANSWER = {
    "bash": "edit",
    "zsh": "edit:Change what you name, and leave the rest.",
    "fish": "edit\tChange what you name, and leave the rest.",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder with the command line in it."""
    command = tmp_path / "waybill"
    command.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c 'import waybill_start; waybill_start.command()' \"$@\"\n"
    )
    command.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("shell", _ASK)
def test_a_shell_completes_commands_and_says_what_they_are_for(shell: str, home: Path) -> None:
    program = "/bin/bash" if shell == "bash" else tool(shell)
    path = f"{home}{os.pathsep}{os.environ['PATH']}"
    source = str(CHECKOUT / "clients" / "waybill" / "src")
    environment = {"PYTHONPATH": source, "PATH": path, "HOME": str(home), "LC_ALL": "C.UTF-8"}
    script = subprocess.run(
        ["waybill", "completion", shell], env=environment, capture_output=True, check=True
    ).stdout
    (home / "script").write_bytes(script)
    completed = subprocess.run(
        [program, "-c", _ASK[shell]],
        cwd=home,
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert completed.strip() == _ANSWER[shell]
