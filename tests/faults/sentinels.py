"""A Redis and its replica, with three sentinels that make the replica the primary when the other is gone."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from urllib.parse import quote

from redis import Redis
from redis.exceptions import RedisError

from launcher.ports import LOOPBACK, free_ports
from launcher.spawn import spawn
from tests.tools import tool
from tests.waiting import eventually

NAME = "waybill"
PASSWORD = "a,long@quiet/river"  # all that an address must not take for its own
_SENTINEL = """
port {port}
bind {host}
dir {folder}
requirepass "{password}"
sentinel monitor {name} {host} {primary} 2
sentinel auth-pass {name} {password}
sentinel down-after-milliseconds {name} 1000
sentinel failover-timeout {name} 5000
"""


@dataclass(frozen=True, slots=True)
class Sentinels:
    """All five that run."""

    folder: Path
    servers: list[int]
    sentinels: list[int]
    processes: dict[int, Popen[str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """How the instance finds whoever is the primary."""
        nodes = ",".join(f"{LOOPBACK}:{port}" for port in self.sentinels)
        password = quote(PASSWORD, safe="")
        return f"sentinel://:{password}@{nodes}/{NAME}/0?sentinel_password={password}"

    @property
    def primary(self) -> int:
        """The port of the one that the first sentinel calls so."""
        with self._client(self.sentinels[0]) as client:
            return int(client.sentinel_master(NAME)["port"])

    def are_watching(self) -> bool:
        """Whether each knows the others and the replica."""
        try:
            found = [self._state(port) for port in self.sentinels]
        except RedisError:
            return False
        return all((one["num-other-sentinels"], one["num-slaves"]) == (2, 1) for one in found)

    def kill(self, port: int) -> None:
        """End one as a machine does that loses its power."""
        self.processes[port].kill()
        self.processes[port].wait()

    def start(self, port: int, *arguments: str) -> None:
        command = [tool("redis-server"), *arguments]
        with (self.folder / f"{port}.log").open("w") as log:
            self.processes[port] = spawn(
                command, environment={}, folder=self.folder, stdout=log.fileno()
            )

    def _state(self, port: int) -> dict[str, int]:
        with self._client(port) as client:
            state: dict[str, int] = client.sentinel_master(NAME)
            return state

    def _client(self, port: int) -> Redis:
        return Redis(host=LOOPBACK, port=port, password=PASSWORD)


@contextmanager
def running_sentinels() -> Iterator[Sentinels]:
    """Start them, and wait until they watch."""
    folder = Path(tempfile.mkdtemp(prefix="wb-sentinels-"))
    ports = free_ports(5)
    all_of_them = Sentinels(folder, ports[:2], ports[2:])
    try:
        for port in all_of_them.servers:
            follows = [] if port == ports[0] else ["--replicaof", LOOPBACK, str(ports[0])]
            all_of_them.start(
                port,
                *("--port", str(port), "--bind", LOOPBACK, "--dir", str(folder), "--save", ""),
                *("--requirepass", PASSWORD, "--masterauth", PASSWORD, *follows),
            )
        for port in all_of_them.sentinels:
            path = folder / f"{port}.conf"
            given = {"host": LOOPBACK, "name": NAME, "password": PASSWORD, "primary": ports[0]}
            path.write_text(_SENTINEL.format(port=port, folder=folder, **given))
            all_of_them.start(port, str(path), "--sentinel")
        eventually(all_of_them.are_watching, within=60)
        yield all_of_them
    finally:
        for process in all_of_them.processes.values():
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)
