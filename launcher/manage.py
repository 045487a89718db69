"""`./dev manage` and `./dev demo`: Django's commands with the environment of the instance."""

from __future__ import annotations

import os
from collections.abc import Sequence

from launcher import instance, readiness, secret_files
from launcher.environment import RUNTIME, ensure_venv
from launcher.instance import Note
from launcher.layout import Layout, prepare
from launcher.problems import Problem
from launcher.variables import instance_variables, process_environment


def manage(layout: Layout, arguments: Sequence[str], *, port: int) -> int:
    """Become manage.py; where nothing runs, with the environment that a run would have."""
    prepare(layout)
    note = running_note(layout)
    if note is None:
        secret_files.make_missing(layout.var / "secrets")
        variables = instance_variables(layout, port=port, sockets=layout.run)
    else:
        variables = note.variables
    python = ensure_venv(layout.venv, RUNTIME)
    environment = process_environment(variables, venv=layout.venv)
    os.execve(  # noqa: S606 - a shell would only be in the way
        python, [str(python), str(layout.checkout / "manage.py"), *arguments], environment
    )


def demo(layout: Layout, arguments: Sequence[str]) -> int:
    """Fill the running instance with believable people, repositories and pushed images."""
    note = running_note(layout)
    if note is None or not note.ready:
        sentence = (
            f"Nothing runs from {layout.var} yet: start ./dev run in another terminal, wait for"
            " READY, then run ./dev demo again."
        )
        raise Problem(sentence)
    trouble = readiness.installation_trouble(note.port)
    if trouble is not None:
        sentence = f"The running instance does not answer: {trouble.part}: {trouble.what}."
        raise Problem(sentence)
    return manage(layout, ["demo", *arguments], port=note.port)


def running_note(layout: Layout) -> Note | None:
    """The note of the instance that runs from this folder, if one does."""
    return Note.read(layout.run) if instance.is_running(layout.var) else None
