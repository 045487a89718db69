"""Run other people's programs quietly, and repeat only what matters of what they said."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

Result = subprocess.CompletedProcess[str]


def run_quietly(command: Sequence[str], **variables: str) -> Result:
    """Run to the end; output and errors are kept together, in English where there is a choice."""
    return subprocess.run(
        command,
        env={**os.environ, "LC_ALL": "C.UTF-8", **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def complaint_of(result: Result) -> str:
    """The first error of apt or dpkg, which is the cause of those after it; else the last line."""
    lines = lines_of(result)
    errors = [line for line in lines if line.startswith(("E:", "dpkg: error"))]
    return (errors or lines[-1:] or [f"exit status {result.returncode}"])[0]


def last_line(result: Result) -> str:
    """What pip said last, without the `ERROR:` in front."""
    lines = lines_of(result)
    return lines[-1].removeprefix("ERROR: ") if lines else f"exit status {result.returncode}"


def lines_of(result: Result) -> list[str]:
    return [line.strip() for line in result.stdout.splitlines() if line.strip()]
