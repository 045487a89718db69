"""Clients of a registry besides docker, as programs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


class Program:
    """A command with a home of its own."""

    def __init__(self, path: str, home: Path, *options: str) -> None:
        self._path, self._home, self._options = path, home, options
        kept = home / "auth.json"  # podman wants the file to be there before a first log-in
        if not kept.exists():
            kept.write_text("{}")

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        status, text = self._run(arguments, stdin)
        assert status == 0, text
        return text

    def fails(self, *arguments: str, stdin: str = "") -> str:
        status, text = self._run(arguments, stdin)
        assert status != 0, text
        return text

    def _run(self, arguments: tuple[str, ...], stdin: str) -> tuple[int, str]:
        done = subprocess.run(
            [self._path, *self._options, *arguments],
            env={
                **os.environ,
                "HOME": str(self._home),
                "XDG_RUNTIME_DIR": str(self._home),
                "REGISTRY_AUTH_FILE": str(self._home / "auth.json"),
            },
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr
