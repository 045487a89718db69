"""A Redis and its replica, with three sentinels that make the replica the primary when the other is gone."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any
from urllib.parse import quote, urlencode

from redis import Redis
from redis.exceptions import RedisError

from launcher.ports import LOOPBACK, free_ports
from launcher.spawn import spawn
from tests.directory.certificates import make_certificates
from tests.tools import tool
from tests.waiting import eventually

NAME = "waybill"
PASSWORD = "a,long@quiet/river"  # all that an address must not take for its own
_SENTINEL = """
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
    with_tls: bool
    processes: dict[int, Popen[str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """How the instance finds whoever is the primary."""
        nodes = ",".join(f"{LOOPBACK}:{port}" for port in self.sentinels)
        password = quote(PASSWORD, safe="")
        told = urlencode({"sentinel_password": PASSWORD, **self._tls})
        scheme = "sentinels" if self.with_tls else "sentinel"
        return f"{scheme}://:{password}@{nodes}/{NAME}/0?{told}"

    @property
    def _tls(self) -> dict[str, Any]:
        """What a client shows and believes: unless told otherwise, Redis asks clients for a certificate."""
        if not self.with_tls:
            return {}
        names = {"ca_certs": "ca.pem", "certfile": "server.pem", "keyfile": "server.key"}
        return {f"ssl_{key}": str(self.folder / name) for key, name in names.items()}

    def listening(self, port: int) -> dict[str, str]:
        """What a server or a sentinel is told of where it listens."""
        if not self.with_tls:
            return {"port": str(port)}
        files = {"cert-file": "server.pem", "key-file": "server.key", "ca-cert-file": "ca.pem"}
        told = {f"tls-{key}": str(self.folder / name) for key, name in files.items()}
        return {"port": "0", "tls-port": str(port), "tls-replication": "yes", **told}

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
        return Redis(host=LOOPBACK, port=port, password=PASSWORD, ssl=self.with_tls, **self._tls)


@contextmanager
def running_sentinels(*, with_tls: bool) -> Iterator[Sentinels]:
    """Start them, and wait until they watch."""
    folder = Path(tempfile.mkdtemp(prefix="wb-sentinels-"))
    make_certificates(folder)
    ports = free_ports(5)
    all_of_them = Sentinels(folder, ports[:2], ports[2:], with_tls)
    try:
        for port in all_of_them.servers:
            _start_server(all_of_them, port)
        for port in all_of_them.sentinels:
            _start_sentinel(all_of_them, port)
        eventually(all_of_them.are_watching, within=60)
        yield all_of_them
    finally:
        for process in all_of_them.processes.values():
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _start_server(among: Sentinels, port: int) -> None:
    first = among.servers[0]
    follows = [] if port == first else ["--replicaof", LOOPBACK, str(first)]
    listening = [word for key, said in among.listening(port).items() for word in (f"--{key}", said)]
    among.start(
        port,
        *(*listening, "--bind", LOOPBACK, "--dir", str(among.folder), "--save", ""),
        *("--requirepass", PASSWORD, "--masterauth", PASSWORD, *follows),
    )


def _start_sentinel(among: Sentinels, port: int) -> None:
    path = among.folder / f"{port}.conf"
    listening = "\n".join(f"{key} {said}" for key, said in among.listening(port).items())
    given = {"host": LOOPBACK, "name": NAME, "password": PASSWORD, "primary": among.servers[0]}
    path.write_text(listening + _SENTINEL.format(folder=among.folder, **given))
    among.start(port, str(path), "--sentinel")
