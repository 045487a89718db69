"""A Docker Engine of our own, and docker commands of several people who share it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.waiting import eventually


@dataclass(frozen=True, slots=True)
class Docker:
    """One person's docker command: its own configuration, a shared engine."""

    program: str
    engine: str  # the URL of its socket
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
            [self.program, *arguments],
            env={
                **os.environ,
                "DOCKER_CONFIG": str(self.home),
                "DOCKER_HOST": self.engine,
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


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine."""

    url: str


@contextmanager
def running_engine(dockerd: str, docker: str) -> Iterator[Engine]:
    """Start an engine that reaches loopback registries and touches nothing else here."""
    folder = Path(tempfile.mkdtemp(prefix="wbe-"))
    engine = Engine(f"unix://{folder}/docker.sock")
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            [
                dockerd,
                *("--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec"),
                *("-H", engine.url, "--pidfile", f"{folder}/pid"),
                *("--iptables=false", "--bridge=none", "--insecure-registry", "127.0.0.0/8"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def answers() -> bool:
        assert process.poll() is None, (folder / "output").read_text()
        asked = subprocess.run(
            [docker, "-H", engine.url, "version"], capture_output=True, check=False
        )
        return asked.returncode == 0

    try:
        eventually(answers, within=60)
        yield engine
    finally:
        process.terminate()
        process.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def layer(**files: str) -> bytes:
    """Return a tar with these files: what `docker import` makes an image of one layer from."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    return archive.getvalue()
