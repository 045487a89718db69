"""Moving a repository between two registries beside `skopeo sync`: `python bench/move.py`."""

from __future__ import annotations

import os.path
import sys

# token.py, beside this file, has the name of a module of the standard library.
sys.path.pop(0)
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

import argparse
import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.copy import SOURCE, Opened, address, push_image, running_registry, set_up_django, token
from bench.stack import NotStarted
from launcher.layout import CHECKOUT
from launcher.tools import find

# name, images (each with a tag), layers of each, bytes of a layer
_LOADS = (("large", 20, 1, 20_000_000), ("small", 300, 3, 10_000))


def main() -> int:
    """Measure each load, and print medians and the ratio of each round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=[name for name, *_ in _LOADS])
    chosen = parser.parse_args()
    skopeo = find("skopeo", CHECKOUT / "var" / "tools")
    with tempfile.TemporaryDirectory(prefix="wb-move-") as name:
        try:
            if skopeo is None:
                message = "skopeo is not here"
                raise NotStarted(message)
            set_up_django(Path(name))
            for load in [load for load in _LOADS if chosen.only in {None, load[0]}]:
                measure(Path(name), skopeo, load, chosen.rounds)
        except NotStarted as error:
            print(f"not measured: {error}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"\nour process had {peak:.0f} MB at most")
    return 0


def measure(folder: Path, skopeo: Path, load: tuple[str, int, int, int], rounds: int) -> None:
    """Let both copy into an empty registry, in turns; ours proves it as well."""
    name, images, layers, size = load
    took: dict[str, list[float]] = {"skopeo sync": [], "Waybill": []}
    with filled_registry(folder, load) as source:
        for number in range(rounds):
            for who in took:
                with running_registry(folder, f"{name}-{number}-{who[0]}") as target:
                    began = time.perf_counter()
                    if who == "Waybill":
                        by_us(source, target)
                    else:
                        by_skopeo(skopeo, source, target)
                    took[who].append(time.perf_counter() - began)
                    if target(SOURCE).tags() != source(SOURCE).tags():
                        message = f"{who} has not copied everything"
                        raise NotStarted(message)
    print(f"\n{name}: {images} tags, {layers} layers of {size / 1e6:g} MB, {rounds} rounds")
    for who, times in took.items():
        print(f"{who:12} {statistics.median(times):6.2f} s")
    pairs = zip(took["skopeo sync"], took["Waybill"], strict=True)
    ratio = statistics.median(theirs / ours for theirs, ours in pairs)
    print(f"Waybill is {ratio:.2f} times as fast", flush=True)


@contextmanager
def filled_registry(folder: Path, load: tuple[str, int, int, int]) -> Iterator[Opened]:
    """Start a registry and push to it."""
    _, images, layers, size = load
    with running_registry(folder, f"source-{images}") as source:
        client = source(SOURCE)
        for number in range(images):
            digest = push_image(client, layers, size)
            served = client.served_manifest(digest)
            if served:
                client.put_manifest(f"1.{number}", served)
        yield source


def by_us(source: Opened, target: Opened) -> None:
    """Copy, look once more, and prove it: what a move does, without its rows."""
    from index.models import BlobLink, Manifest
    from index.moves.passes import Mover

    class Known:
        """A repository of which no row says more than its tags do."""

        manifests, blob_links = Manifest.objects.none(), BlobLink.objects.none()

    there = target(SOURCE)
    known: Any = Known()
    mover = Mover(known, source(SOURCE), there, on_progress=lambda _: None, check=lambda: None)
    while mover.run():
        pass
    mover.drop_what_is_gone()
    mover.prove()


def by_skopeo(skopeo: Path, source: Opened, target: Opened) -> None:
    """Copy every tag with skopeo, and tokens for both ends."""
    here, there = source(SOURCE), target(SOURCE)
    command = [
        *(str(skopeo), "--insecure-policy", "sync", "--preserve-digests", "--all"),
        *("--src", "docker", "--dest", "docker"),
        *("--src-tls-verify=false", "--dest-tls-verify=false"),
        *("--src-registry-token", token(here, "GET"), "--dest-registry-token", token(there, "PUT")),
        *(address(here), address(there).rpartition("/")[0]),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
