"""Python inside the running instance, for what no user can do or see; one process for all calls."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.e2e.stack import Stack, environment

_MARK = "ANSWER "
# Reads a line of JSON, runs the code in it, prints what it left in `answer`.
_LOOP = f"""
import json, sys, traceback
from django.db import close_old_connections
for line in sys.stdin:
    close_old_connections()  # as each request does: the database may have been away
    request = json.loads(line)
    names = request["given"]
    try:
        exec(request["code"], names)
        reply = {{"answer": names.get("answer")}}
    except Exception:
        reply = {{"trouble": traceback.format_exc()}}
    print({_MARK!r} + json.dumps(reply), flush=True)
"""


class Backstage:
    """Runs snippets that end with `answer = …`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, code: str, **given: object) -> Any:
        """Return the snippet's `answer`; `given` become its names. Everything travels as JSON."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"code": code, "given": given}) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith(_MARK):
                reply = json.loads(line.removeprefix(_MARK))
                assert "trouble" not in reply, reply["trouble"]
                return reply["answer"]
        message = "the process backstage has ended"
        raise AssertionError(message)


@contextmanager
def running_backstage(stack: Stack, **told: str) -> Iterator[Backstage]:
    """Start the process, which ends when its input does; `told` are the stack's own settings."""
    with subprocess.Popen(
        stack.command("manage", "shell", "-c", _LOOP),
        cwd=stack.checkout,
        env=environment() | told,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Backstage(process)
