"""A real registry without the rest of the stack: started, stopped, killed and held by a test.

It trusts the signing keys of the tests, so it can be used from tests with a database of their own,
wherever they live: `running_registry(tmp_path, world.east)`.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from index.models import Registry
from index.registry_config import render_registry_config
from launcher.ports import LOOPBACK, free_ports
from launcher.spawn import spawn
from tests.tools import tool
from tests.waiting import eventually

_NOTIFICATIONS = "\nnotifications:\n"


@dataclass(slots=True)
class LoneRegistry:
    """One process of docker-registry; its port and storage outlive it."""

    folder: Path
    port: int
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it listens, and listens again after a stop."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def storage(self) -> Path:
        """Where it keeps repositories and blobs: `repositories/<name>/…`, `blobs/sha256/…`."""
        return self.folder / "storage" / "docker" / "registry" / "v2"

    @property
    def is_running(self) -> bool:
        """Whether it was started and not ended since."""
        return self._process is not None

    def start(self) -> None:
        """Start it and wait until it refuses a request without a token."""
        assert self._process is None, "it runs already"
        command = [tool("docker-registry"), "serve", str(self.folder / "config.yml")]
        with (self.folder / "log").open("a") as log:
            self._process = spawn(
                command, environment=dict(os.environ), folder=self.folder, stdout=log.fileno()
            )
        eventually(self._is_ready)

    def stop(self) -> None:
        """End it as an administrator does; it may be held or ended already."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash does."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Hold it: connections are taken, and nothing is answered."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._send(signal.SIGCONT)

    def log(self) -> str:
        """Return what it has said."""
        return (self.folder / "log").read_text()

    def _send(self, number: signal.Signals) -> None:
        assert self._process is not None, "it does not run"
        self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._send(number)
        self._send(signal.SIGCONT)
        self._process.wait(timeout=10)
        self._process = None

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        try:
            with requests.get(f"{self.url}/v2/", timeout=5) as answer:
                return answer.status_code == 401
        except requests.ConnectionError:
            return False


@contextmanager
def running_registry(
    folder: Path, registry: Registry, *, notify: str = "", secret: str = "", more: str = ""
) -> Iterator[LoneRegistry]:
    """Start a registry for this row, which from now on has its address; `folder` may be shared.

    With `notify`, an address, it tells what happens, and signs in there with `secret`; `more` is
    added to its configuration.
    """
    [port] = free_ports(1)
    own = folder / f"registry-{registry.name}"
    own.mkdir()
    lone = LoneRegistry(own, port)
    text = _configuration(registry, lone, notify, secret)
    (own / "config.yml").write_text(f"{text}\n{more}\n")
    registry.upstream_url = lone.url
    if registry.pk:
        registry.save(update_fields=["upstream_url"])
    try:
        lone.start()
        yield lone
    finally:
        lone.stop()


def _configuration(registry: Registry, lone: LoneRegistry, notify: str, secret: str) -> str:
    listen = f"{LOOPBACK}:{lone.port}"
    text = render_registry_config(
        registry, listen=listen, storage=lone.folder / "storage", events_secret=secret
    )
    if not notify:
        return text.partition(_NOTIFICATIONS)[0]
    ours = f"/events/{registry.name}"
    lines = [f"      url: {notify}" if line.endswith(ours) else line for line in text.splitlines()]
    return "\n".join(lines)
