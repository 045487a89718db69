"""Look at an instance while it works: the memory of each part, and how long notifications wait."""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from bench.instance import Instance
from bench.processes import memory
from launcher.ports import LOOPBACK

_EVERY = 2.0  # seconds
_OLDEST = re.compile(
    r'^waybill_waiting_oldest_seconds\{queue="notifications"\} (\S+)$', re.MULTILINE
)


@dataclass(slots=True)
class Looks:
    """What was seen, by seconds since the beginning: megabytes of each part, seconds of the queue."""

    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    waiting: list[tuple[float, float]] = field(default_factory=list)


@contextmanager
def looking(instance: Instance) -> Iterator[Looks]:
    """Look every two seconds until the block ends."""
    looks, stop, begun = Looks(), threading.Event(), time.perf_counter()

    def keep_looking() -> None:
        while not stop.wait(_EVERY):
            _look(instance, looks, time.perf_counter() - begun)

    thread = threading.Thread(target=keep_looking)
    thread.start()
    try:
        yield looks
    finally:
        stop.set()
        thread.join()


def _look(instance: Instance, looks: Looks, at: float) -> None:
    note = json.loads((instance.var / "run" / "instance.json").read_text())
    for name, process in note["processes"].items():
        looks.memory.setdefault(name, []).append((at, memory(int(process["pid"])) / 2**20))
    with suppress(OSError):  # whoever serves pages may be busy: the next look sees it
        url = f"http://{LOOPBACK}:{_port_of_web(instance)}/metrics"
        with urllib.request.urlopen(url, timeout=_EVERY) as answer:
            found = _OLDEST.search(answer.read().decode())
        looks.waiting.append((at, float(found.group(1)) if found else 0.0))


def _port_of_web(instance: Instance) -> int:
    configuration = (instance.var / "nginx" / "nginx.conf").read_text()
    found = re.search(r"upstream web \{ server [\d.]+:(\d+);", configuration)
    assert found, configuration  # noqa: S101 - the gateway would not have started
    return int(found.group(1))
