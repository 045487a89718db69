"""What every way to install must start: the same as `./dev run`, where nothing else is said."""

from __future__ import annotations

from pathlib import Path

from launcher.layout import CHECKOUT, Layout
from launcher.services import APP_SERVERS, app_server, worker

DEPLOY = CHECKOUT / "deploy"


def options_of_app_server(name: str) -> list[str]:
    """What follows `python -m` for an app server, without where it listens."""
    command = list(app_server(Path("python"), name, 8000).command[2:])
    return without(command, "--host", "--port")


def options_of_worker() -> list[str]:
    """What follows `python -m` for a worker; beat is a process of its own in production."""
    command = list(worker(Layout(Path("var")), Path("python")).command)
    command = command[command.index("celery") :]
    command.remove("--beat")
    return without(command, "--schedule")


def without(command: list[str], *options: str) -> list[str]:
    """Return the command without these options and what each is given."""
    left = list(command)
    for option in options:
        place = left.index(option)
        del left[place : place + 2]
    return left


def after_python(command: list[str]) -> list[str]:
    """What follows `python -m`."""
    return command[command.index("-m") + 1 :]


EXPECTED = {**{name: options_of_app_server(name) for name in APP_SERVERS}}
EXPECTED["worker"] = options_of_worker()
EXPECTED["beat"] = ["celery", "--quiet", "-A", "config.celery", "beat", "--loglevel", "WARNING"]
LEFT_OUT = {"beat": ["--schedule"], "worker": []}


def comparable(name: str, command: list[str]) -> list[str]:
    """Return a command of one of these ways as EXPECTED has it."""
    return without(after_python(command), *LEFT_OUT.get(name, ["--host", "--port"]))
