"""Copying an image between two registries beside `skopeo copy`: `python bench/copy.py`."""

from __future__ import annotations

import os.path
import sys

# token.py, beside this file, has the name of a module of the standard library.
sys.path.pop(0)
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

import argparse
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.processes import process
from bench.stack import NotStarted
from launcher.layout import CHECKOUT
from launcher.ports import LOOPBACK, free_ports, is_free
from launcher.tools import find

if TYPE_CHECKING:
    from index.registry_client import RegistryClient

SOURCE, TARGET = "bench/source", "bench/target"
_MEGABYTE = 1_000_000
_IMAGE = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"


def main() -> int:
    """Measure, and print medians and the ratio of each round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=int, default=40)
    parser.add_argument("--megabytes", type=int, default=5, help="of each layer")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wb-copy-") as name:
        folder = Path(name)
        try:
            set_up_django(folder)
            measure(folder, chosen.layers, chosen.megabytes, chosen.rounds)
        except NotStarted as error:
            print(f"not measured: {error}")
    return 0


def set_up_django(folder: Path) -> None:
    """Use signing keys and settings of this run."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "WAYBILL_PUBLIC_URL": "http://127.0.0.1:9",
        "WAYBILL_VAR": str(folder),
        "WAYBILL_SECRET_KEY": "bench-" * 10,
        "WAYBILL_GATEWAY_SECRET": "bench-" * 10,
        "WAYBILL_REDIS_URL": "redis://127.0.0.1:9",
        "WAYBILL_DATABASE_URL": f"sqlite:///{folder}/unused.sqlite3",
    }
    import django

    django.setup()
    from tokenauth.signing.keys import signing_keys

    signing_keys.create("bench")


def measure(folder: Path, layers: int, megabytes: int, rounds: int) -> None:
    """Let both copy into an empty registry, in turns."""
    skopeo = find("skopeo", CHECKOUT / "var" / "tools")
    if skopeo is None:
        message = "skopeo is not here"
        raise NotStarted(message)
    size = layers * megabytes * _MEGABYTE
    print(f"{layers} layers of {megabytes} MB, {rounds} rounds\n", flush=True)
    took: dict[str, list[float]] = {"skopeo copy": [], "Waybill": []}
    with running_registry(folder, "source") as source:
        digest = push_image(source(SOURCE), layers, megabytes * _MEGABYTE)
        for number in range(rounds):
            for name, copy in (("skopeo copy", by_skopeo(skopeo)), ("Waybill", by_us)):
                with running_registry(folder, f"{number}-{name[0]}") as target:
                    began = time.perf_counter()
                    copy(source, target, digest)
                    took[name].append(time.perf_counter() - began)
                    check(target(TARGET), digest)
    for name, times in took.items():
        middle = statistics.median(times)
        print(f"{name:12} {middle:6.2f} s  {size / middle / _MEGABYTE:6.0f} MB/s")
    pairs = zip(took["skopeo copy"], took["Waybill"], strict=True)
    ratio = statistics.median(theirs / ours for theirs, ours in pairs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"\nWaybill is {ratio:.2f} times as fast; its process had {peak:.0f} MB at most")


Opened = Callable[[str], "RegistryClient"]


def by_us(source: Opened, target: Opened, digest: str) -> None:
    """Copy with the engine of promotions and moves."""
    from index.copying import copy_manifest

    copy_manifest(source(SOURCE), target(TARGET), digest, mount=False, tag="latest")


def by_skopeo(skopeo: Path) -> Callable[[Opened, Opened, str], None]:
    """Copy with skopeo, and tokens for both ends."""

    def copy(source: Opened, target: Opened, digest: str) -> None:
        command = [
            *(str(skopeo), "--insecure-policy", "copy", "--quiet", "--preserve-digests"),
            *("--src-tls-verify=false", "--dest-tls-verify=false"),
            *("--src-registry-token", token(source(SOURCE), "GET")),
            *("--dest-registry-token", token(target(TARGET), "PUT")),
            f"docker://{address(source(SOURCE))}@{digest}",
            f"docker://{address(target(TARGET))}:latest",
        ]
        subprocess.run(command, check=True)

    return copy


def token(client: RegistryClient, method: str) -> str:
    """Return a token as our own requests carry it."""
    return client.headers_for(method)["Authorization"].removeprefix("Bearer ")


def address(client: RegistryClient) -> str:
    """Return host, port and name."""
    return f"{client.registry.upstream_url.removeprefix('http://')}/{client.repository}"


def push_image(client: RegistryClient, layers: int, size: int) -> str:
    """Push an image of random bytes; return its digest."""
    from index.registry_client import ServedManifest

    def blob(kind: str, content: bytes) -> dict[str, object]:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        client.upload(client.begin_upload(), digest, content)
        return {"mediaType": kind, "digest": digest, "size": len(content)}

    document = {
        "schemaVersion": 2,
        "mediaType": _IMAGE,
        "config": blob(_CONFIG, b'{"os": "linux", "architecture": "amd64"}'),
        "layers": [blob(_LAYER, os.urandom(size)) for _ in range(layers)],
    }
    content = json.dumps(document).encode()
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    client.put_manifest("latest", ServedManifest(digest, _IMAGE, content))
    return digest


def check(client: RegistryClient, digest: str) -> None:
    """Fail where it is not there: what copies nothing is quick."""
    if client.digest_of("latest") != digest:
        message = f"{client.repository} has something else"
        raise RuntimeError(message)


@contextmanager
def running_registry(folder: Path, name: str) -> Iterator[Opened]:
    """Start an empty registry; give what opens one of its repositories."""
    from index.models import Registry
    from index.registry_client import RegistryClient
    from index.registry_config import render_registry_config

    program = find("docker-registry", CHECKOUT / "var" / "tools")
    if program is None:
        message = "docker-registry is not here"
        raise NotStarted(message)
    [port] = free_ports(1)
    listen = f"{LOOPBACK}:{port}"
    registry = Registry(name=name, service="bench", upstream_url=f"http://{listen}")
    storage = folder / name
    storage.mkdir()
    text = render_registry_config(registry, listen=listen, storage=storage, events_secret="")
    config = folder / f"{name}.yml"
    config.write_text(text.partition("\nnotifications:\n")[0])
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, storage, ignore_errors=True)
        stack.enter_context(process([str(program), "serve", str(config)], dict(os.environ)))
        while is_free(port):
            time.sleep(0.05)
        yield lambda repository: RegistryClient(registry, repository)


if __name__ == "__main__":
    sys.exit(main())
