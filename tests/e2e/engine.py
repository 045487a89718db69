"""A Docker Engine of our own, and docker commands of several people who share it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.tools import tool
from tests.waiting import eventually


class Engine(Protocol):
    """What runs the commands."""

    def url(self) -> str:
        """Return where its socket is."""


class Nowhere:
    """No engine at all."""

    def url(self) -> str:
        return "unix:///nowhere/docker.sock"


class RealEngine:
    """An engine that reaches loopback registries and touches nothing else here.

    It starts with the first command, so that only tests which need it are skipped where it cannot.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def url(self) -> str:
        if self._process is None:
            self._process = self._start(tool("dockerd"))
            eventually(self._answers, within=60)
        return self._url

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)

    @property
    def _url(self) -> str:
        return f"unix://{self._folder}/docker.sock"

    def _start(self, dockerd: str) -> subprocess.Popen[bytes]:
        with (self._folder / "output").open("w") as output:
            return subprocess.Popen(
                [
                    dockerd,
                    *("--data-root", f"{self._folder}/data"),
                    *("--exec-root", f"{self._folder}/exec"),
                    *("--pidfile", f"{self._folder}/pid", "-H", self._url),
                    *("--iptables=false", "--bridge=none", "--insecure-registry", "127.0.0.0/8"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "output").read_text()
        command = [tool("docker"), "-H", self._url, "version"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def engine_for_tests() -> Iterator[RealEngine]:
    """Have an engine, and stop it in the end if anyone used it."""
    with tempfile.TemporaryDirectory(prefix="wbe-", ignore_cleanup_errors=True) as folder:
        engine = RealEngine(Path(folder))  # a short path: sockets lie in it
        try:
            yield engine
        finally:
            engine.stop()


@dataclass(frozen=True, slots=True)
class Docker:
    """One person's docker command: its own configuration, a shared engine."""

    engine: Engine
    home: Path

    def __call__(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run a command that must succeed; return what it printed."""
        status, text = self._run(arguments, stdin)
        assert status == 0, text
        return text

    def fails(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run a command that must fail; return what it printed."""
        status, text = self._run(arguments, stdin)
        assert status != 0, text
        return text

    @property
    def stored(self) -> Any:
        """What docker keeps on the person's disk."""
        return json.loads((self.home / "config.json").read_text())

    def digest_of(self, reference: str) -> str:
        """Return the digest under which the engine pushed or pulled an image."""
        found: list[str] = json.loads(
            self("image", "inspect", "--format", "{{json .RepoDigests}}", reference)
        )
        name = reference.rpartition(":")[0]
        return next(one.partition("@")[2] for one in found if one.startswith(f"{name}@"))

    def _run(self, arguments: tuple[str, ...], stdin: bytes) -> tuple[int, str]:
        done = subprocess.run(
            [tool("docker"), *arguments],
            env={
                **os.environ,
                "DOCKER_CONFIG": str(self.home),
                "DOCKER_HOST": self.engine.url(),
                "DOCKER_BUILDKIT": "0",
                "DOCKER_CLI_EXPERIMENTAL": "enabled",
            },
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout.decode(errors="replace")


def layer(**files: str) -> bytes:
    """Return a tar with these files: what `docker import` makes an image of one layer from."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    return archive.getvalue()
