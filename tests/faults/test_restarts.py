"""App servers are restarted one by one, or killed, while clients go on (L10, L17)."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.processes import process
from launcher import services
from launcher.ports import free_ports
from launcher.services import APP_SERVERS
from tests.e2e.processes import kill
from tests.e2e.stack import Stack
from tests.faults.cast import Cast
from tests.faults.traffic import Traffic, assert_told_to_come_back, statuses
from tests.waiting import eventually


@pytest.mark.slow
def test_no_token_and_no_pull_fails_while_two_app_servers_are_restarted_in_turn(
    cast: Cast,
) -> None:
    """L17: as a deployment does it, by SIGTERM; the other one answers meanwhile."""
    doors = cast.doors()
    asked = [doors[name] for name in ("token", "anonymous", "pull")]
    with two_token_servers(cast.stack) as second_port:
        with Traffic(cast.wire, asked) as traffic:
            for _ in range(3):
                traffic.goes_on(50)
                old = cast.stack.pid("tokens")
                os.killpg(old, signal.SIGTERM)
                eventually(lambda old=old: cast.stack.pid("tokens") != old)  # type: ignore[misc]
                eventually(lambda: answers(cast, cast.stack.port_of("tokens")), within=60)
        assert answers(cast, second_port)
    assert statuses(traffic.seen) == {200: len(traffic.seen)}


def test_app_servers_that_are_killed_in_the_middle_leave_nobody_without_an_answer(
    cast: Cast,
) -> None:
    """L10: by SIGKILL; whoever they were answering is told to come back."""
    with Traffic(cast.wire, list(cast.doors().values())) as traffic:
        for name in APP_SERVERS:
            traffic.goes_on(20)
            old = kill(cast.stack, name)
            eventually(lambda name=name, old=old: cast.stack.pid(name) != old)  # type: ignore[misc]
            eventually(cast.are_all_served, within=60)
    assert_told_to_come_back(traffic.seen)


def answers(cast: Cast, port: int) -> bool:
    """Whether an app server takes requests."""
    try:
        return cast.wire.ask("GET", "/healthz", port=port).status == 200
    except OSError:
        return False


@contextmanager
def two_token_servers(stack: Stack) -> Iterator[int]:
    """A second one beside the one that there is, and the gateway told of both."""
    pid = stack.pid("tokens")
    pairs = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    variables = dict(pair.decode().split("=", 1) for pair in pairs if pair)
    python = Path(variables["WAYBILL_VENV"]) / "bin" / "python"
    [port] = free_ports(1)
    configuration = stack.var / "nginx" / "nginx.conf"
    before = configuration.read_text()
    both = re.sub(
        r"(upstream tokens \{ server [\d.]+:\d+;)", rf"\1 server 127.0.0.1:{port};", before
    )
    with process(services.app_server(python, "tokens", port).command, variables):
        eventually(lambda: is_listening(port), within=60)
        configuration.write_text(both)
        os.kill(stack.pid("gateway"), signal.SIGHUP)
        try:
            yield port
        finally:
            configuration.write_text(before)
            os.kill(stack.pid("gateway"), signal.SIGHUP)


def is_listening(port: int) -> bool:
    return f":{port:04X} " in Path("/proc/net/tcp").read_text()
