"""Fill a real registry's storage, import all of it, and print what it took: `python -m bench.reconcile_data N`.

The storage is written as distribution's file system driver lays it out, which takes seconds where pushing
takes an hour; the registry reads it like its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import django
import requests

from launcher.ports import LOOPBACK, free_ports
from launcher.tools import find

TAGS = ("1.0", "1.1", "latest")
_OWNER = "bench"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


@dataclass(frozen=True, slots=True)
class Storage:
    """The folder of a registry's file system driver."""

    root: Path

    def blob(self, content: bytes) -> str:
        """Keep a blob; return its digest."""
        digest = hashlib.sha256(content).hexdigest()
        folder = self.root / "blobs" / "sha256" / digest[:2] / digest
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "data").write_bytes(content)
        return f"sha256:{digest}"

    def link(self, *parts: str, digest: str) -> None:
        """Let a place in a repository point to a blob."""
        folder = self.root.joinpath("repositories", *parts)
        folder.mkdir(parents=True)
        (folder / "link").write_text(digest)

    def repository(self, name: str, manifest: str, blobs: list[str]) -> None:
        """Make a repository whose tags all point to one image."""
        for blob in blobs:
            self.link(name, "_layers", *blob.split(":"), digest=blob)
        self.link(name, "_manifests", "revisions", *manifest.split(":"), digest=manifest)
        for tag in TAGS:
            of_tag = (name, "_manifests", "tags", tag)
            self.link(*of_tag, "current", digest=manifest)
            self.link(*of_tag, "index", *manifest.split(":"), digest=manifest)

    def image(self) -> tuple[str, list[str]]:
        """Keep an image; return the digests of its manifest and of its blobs."""
        config, layer = b'{"os":"linux","architecture":"amd64"}', b"a layer"
        parts = [(_CONFIG, config), (_LAYER, layer)]
        described = [
            {"mediaType": kind, "size": len(content), "digest": self.blob(content)}
            for kind, content in parts
        ]
        document = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": described[0],
            "layers": described[1:],
        }
        return self.blob(json.dumps(document).encode()), [str(one["digest"]) for one in described]


def measure(count: int) -> dict[str, float]:
    """Return seconds for each step, requests aside, and MiB of memory before and after."""
    from accounts.models import Plan
    from index.flows.accept_differences import accept_waiting
    from index.flows.decide_differences import accept
    from index.flows.reconcile import continue_reconciliation, start_reconciliation
    from index.models import Difference, Registry, Repository

    Plan.objects.update(private_repositories=None)
    registry = Registry.objects.get()
    before = Repository.objects.count()

    def walk() -> None:
        begun = start_reconciliation(registry, by=None)
        while begun.finished_at is None:
            continue_reconciliation(begun, seconds=3600, rest=0)

    def take_over() -> None:
        accept(Difference.objects.all(), by=None)
        accept_waiting(seconds=3600, rest=0)

    begun_with = _memory()
    found = {"walk": _time(walk), "import": _time(take_over), "walk again": _time(walk)}
    made = Repository.objects.count() - before
    if made != count:
        problem = Difference.objects.values_list("state", "problem").first()
        message = f"{made} repositories were imported, and not {count}: {problem}"
        raise SystemExit(message)
    return found | {"memory before": begun_with, "memory after": _memory()}


def running_registry(folder: Path, count: int) -> subprocess.Popen[bytes]:
    """Start a registry that keeps so many repositories; the row is told its address."""
    from index.models import Registry
    from index.registry_config import render_registry_config

    storage = Storage(folder / "docker" / "registry" / "v2")
    manifest, blobs = storage.image()
    for number in range(count):
        storage.repository(f"{_OWNER}/team{number % 100:02}/r{number:06}", manifest, blobs)
    [port] = free_ports(1)
    listen = f"{LOOPBACK}:{port}"
    registry = Registry.objects.get()
    Registry.objects.update(upstream_url=f"http://{listen}")
    text = render_registry_config(registry, listen=listen, storage=folder, events_secret="x")  # noqa: S106
    configuration = folder / "config.yml"
    configuration.write_text(text.partition("\nnotifications:\n")[0])
    program = find("docker-registry", folder)
    if program is None:
        message = "no docker-registry on this machine"
        raise SystemExit(message)
    command = [str(program), "serve", str(configuration)]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not _answers(f"http://{listen}/v2/"):
        time.sleep(0.05)
    return started


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).status_code == 401
    except requests.ConnectionError:
        return False


def _time(step: Callable[[], None]) -> float:
    begun = time.monotonic()
    step()
    return time.monotonic() - begun


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()
    wanted = int(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as temporary:
        process = running_registry(Path(temporary), wanted)
        try:
            print(json.dumps(measure(wanted)))
        finally:
            process.terminate()
            process.wait()
