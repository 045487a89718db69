"""What is counted in Redis is there again after a restart: the command is the one of `./dev run`."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from config.cache import RedisOrMemory
from launcher.layout import Layout
from launcher.services import redis
from tests.tools import tool
from tests.waiting import eventually


@contextmanager
def running(command: Sequence[str], socket: Path) -> Iterator[RedisOrMemory]:
    """Start Redis, and stop it as the launcher does."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        eventually(socket.exists)
        yield RedisOrMemory(f"unix://{socket}", {})
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_a_limit_that_is_used_up_is_used_up_after_a_restart() -> None:
    with tempfile.TemporaryDirectory(prefix="wb-") as name:  # short: a socket lies in it
        folder = Path(name)
        (folder / "redis").mkdir()
        programs = {"redis-server": Path(tool("redis-server"))}
        command = redis(Layout(folder), programs, folder).command
        socket = folder / "redis.sock"
        with running(command, socket) as cache:
            cache.add("login-failures", 1, 300)
            cache.incr("login-failures")
        assert not socket.exists()
        with running(command, socket) as cache:
            assert cache.get("login-failures") == 2
            assert cache.add("login-failures", 1, 300) is False
