"""`./dev run`: set up what is missing, start everything, and say READY when it answers."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher import instance, leftovers, packages, readiness, secret_files
from launcher.environment import RUNTIME, ensure_venv
from launcher.instance import Note
from launcher.interruptions import Interruptions
from launcher.layout import Layout, prepare
from launcher.log import Log
from launcher.ports import LOOPBACK, check_free, free_ports
from launcher.problems import Problem
from launcher.services import APP_SERVERS, REGISTRIES, Ports, services
from launcher.spawn import spawn
from launcher.supervisor import Supervisor
from launcher.terminal import say, timed
from launcher.tools import RUN_TOOLS
from launcher.variables import instance_variables, process_environment
from launcher.welcome import welcome

SAY_AFTER = 15.0  # seconds on one part: whoever waits is told for what
LONGEST_STAGE = 300.0  # seconds on one part whose process lives: it hangs, however busy the host


@dataclass(frozen=True, slots=True)
class Parts:
    """What an instance is started from."""

    layout: Layout
    python: Path
    tools: Mapping[str, Path]
    ports: Ports
    environment: Mapping[str, str]
    note: Note


def run(layout: Layout, port: int) -> int:
    """Run an instance until somebody stops it."""
    prepare(layout)
    with instance.locked(layout.var):
        clean_up_after_killed_launcher(layout)
        check_free(port)
        python = ensure_venv(layout.venv, RUNTIME)
        tools = packages.ensure(RUN_TOOLS, layout.tools)
        secret_files.make_missing(layout.var / "secrets")
        sockets = instance.socket_folder(layout.run)
        try:
            return start_and_watch(assemble(layout, python, tools, port=port, sockets=sockets))
        finally:
            (layout.run / "instance.json").unlink(missing_ok=True)
            instance.remove_socket_folder(sockets, layout.run)


def clean_up_after_killed_launcher(layout: Layout) -> None:
    """We hold the lock, so whatever the note names was left behind."""
    note = Note.read(layout.run)
    if note is None:
        return
    ended = leftovers.end(note.processes)
    if ended:
        say(f"ended what an earlier run left behind: {', '.join(ended)}")
    instance.remove_socket_folder(Path(note.sockets), layout.run)
    (layout.run / "instance.json").unlink(missing_ok=True)


def assemble(
    layout: Layout, python: Path, tools: Mapping[str, Path], *, port: int, sockets: Path
) -> Parts:
    free = free_ports(len(APP_SERVERS) + len(REGISTRIES), besides=port)
    variables = instance_variables(layout, port=port, sockets=sockets)
    return Parts(
        layout=layout,
        python=python,
        tools=tools,
        ports=Ports(
            port,
            dict(zip(APP_SERVERS, free, strict=False)),
            dict(zip(REGISTRIES, free[len(APP_SERVERS) :], strict=True)),
        ),
        environment=process_environment(variables, venv=python.parent.parent),
        note=Note.of_this_process(port, sockets=sockets, variables=variables),
    )


def start_and_watch(parts: Parts) -> int:
    parts.note.write(parts.layout.run)
    log = Log(parts.layout.log_file)
    supervisor = Supervisor(
        log,
        environment=parts.environment,
        folder=parts.layout.checkout,
        changed=lambda processes: note_processes(parts, processes),
    )
    try:
        with timed("database, keys and configuration"):
            setup_link = prepare_local(parts, log)
        with Interruptions() as interruptions:
            try:
                supervise(parts, log, supervisor, interruptions, setup_link)
            finally:
                supervisor.stop(lambda: interruptions.count > 1)
    finally:
        log.close()
    return 0


def supervise(
    parts: Parts,
    log: Log,
    supervisor: Supervisor,
    interruptions: Interruptions,
    setup_link: str | None,
) -> None:
    supervisor.start(
        services(
            parts.layout,
            tools=parts.tools,
            python=parts.python,
            ports=parts.ports,
            sockets=Path(parts.note.sockets),
        )
    )
    wait_until_ready(parts, log, supervisor, interruptions)
    if not interruptions.count:
        parts.note.ready = True
        parts.note.write(parts.layout.run)
        log.plain("\n".join(welcome(parts.ports.public, setup_link)))
    while not interruptions.count:
        supervisor.check()
        time.sleep(0.2)
    log.plain("stopping … (Ctrl-C again stops at once)")


def wait_until_ready(
    parts: Parts, log: Log, supervisor: Supervisor, interruptions: Interruptions
) -> None:
    checks = readiness.checks_for(parts.ports)
    stage = Stage()
    while not interruptions.count:
        trouble = readiness.first_trouble(checks)
        if trouble is None:
            return
        supervisor.check()
        hopeless = supervisor.hopeless()
        is_late = stage.is_over(len(checks), trouble.part, now=time.monotonic(), say=log.plain)
        if hopeless or is_late:
            raise not_ready(log, hopeless or trouble.part, trouble.what)
        time.sleep(0.1)


@dataclass(slots=True)
class Stage:
    """What is waited for just now; each part that answers is progress, and gives the next its time."""

    left: int = -1
    since: float = 0.0
    said: float = 0.0

    def is_over(self, left: int, part: str, *, now: float, say: Callable[[str], None]) -> bool:
        """Return whether one part has taken too long; say now and then which is waited for."""
        if left != self.left:
            self.left, self.since, self.said = left, now, now
        if now - self.said >= SAY_AFTER:
            self.said = now
            say(f"still waiting for {part}, for {now - self.since:.0f} s; {left} checks to go")
        return now - self.since > LONGEST_STAGE


def not_ready(log: Log, part: str, what: str) -> Problem:
    last_lines = "".join(f"\n    {line}" for line in log.recent(part))
    return Problem(
        f"{part} does not work: {what}. Its last lines were:{last_lines or ' (none)'}", exit_code=1
    )


def note_processes(parts: Parts, processes: dict[str, dict[str, object]]) -> None:
    parts.note.processes = processes
    parts.note.write(parts.layout.run)


def prepare_local(parts: Parts, log: Log) -> str | None:
    """Let Django make database, keys and configuration; returns the first administrator's link."""
    registries = [
        argument
        for name, port in parts.ports.registries.items()
        for argument in ("--registry", f"{name}={port}")
    ]
    app_servers = [
        argument
        for name, port in parts.ports.app_servers.items()
        for argument in (f"--{name}", f"{LOOPBACK}:{port}")
    ]
    process = spawn(
        [
            *(str(parts.python), "manage.py", "prepare_local"),
            *("--listen", f"{LOOPBACK}:{parts.ports.public}"),
            *app_servers,
            *registries,
        ],
        environment=parts.environment,
        folder=parts.layout.checkout,
        stderr=subprocess.PIPE,
    )
    try:
        if process.stderr is not None:
            log.follow("setup", process.stderr)
        output = process.stdout.read() if process.stdout is not None else ""
        status = process.wait()
    finally:
        process.kill()
    *lines, answer = output.splitlines() or [""]
    for line in lines:
        log.line("setup", line)
    if status != 0:
        sentence = f"Setting up failed; the reason is above and in {parts.layout.log_file}."
        raise Problem(sentence, exit_code=1)
    return link_in(answer)


def link_in(answer: str) -> str | None:
    try:
        link = json.loads(answer)["setup_link"]
    except (ValueError, KeyError, TypeError) as error:
        sentence = f"manage.py prepare_local ended with {answer!r}, which is not its JSON."
        raise Problem(sentence) from error
    return None if link is None else str(link)
