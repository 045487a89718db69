"""Look at an instance while it works: memory and processor time of each part, the queue, all others."""

from __future__ import annotations

import os
import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.instance import Instance
from bench.processes import memory
from bench.whole_clock import Clock
from launcher.ports import LOOPBACK

SENDER, OTHERS = "who asks", "everything else here"
_EVERY = 2.0  # seconds
_OLDEST = re.compile(
    r'^waybill_waiting_oldest_seconds\{queue="notifications"\} (\S+)$', re.MULTILINE
)
_TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Looks:
    """What was seen, by seconds since the beginning: megabytes of each part, seconds of the queue."""

    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    waiting: list[tuple[float, float]] = field(default_factory=list)
    cores: dict[str, float] = field(default_factory=dict)  # how many were used, of all that time


@contextmanager
def looking(instance: Instance, clock: Clock) -> Iterator[Looks]:
    """Look every two seconds until the block ends, but not at what a pause of the machine left."""
    looks, stop = Looks(), threading.Event()

    def keep_looking() -> None:
        pauses = 0
        while not stop.wait(_EVERY):
            at = clock.now()
            if len(clock.pauses) == pauses:
                _look(instance, looks, at)
            pauses = len(clock.pauses)

    before = _used(instance)
    thread = threading.Thread(target=keep_looking)
    thread.start()
    try:
        yield looks
    finally:
        stop.set()
        thread.join()
        after, seconds = _used(instance), clock.now()
        looks.cores = {name: (after[name] - before[name]) / seconds for name in before}


def _used(instance: Instance) -> dict[str, float]:
    """Return the processor time of each part, of this process and of all others, in seconds."""
    busy = _busy_seconds()
    parts = instance.cpu_seconds() | {SENDER: time.process_time()}
    return parts | {OTHERS: busy - sum(parts.values())}


def _busy_seconds() -> float:
    """Return what all cores have worked since the machine started; what a host took is not theirs."""
    user, nice, system, _idle, _waiting, irq, softirq = (
        int(ticks) for ticks in Path("/proc/stat").read_text().split()[1:8]
    )
    return (user + nice + system + irq + softirq) * _TICK


def _look(instance: Instance, looks: Looks, at: float) -> None:
    for name, pid in instance.parts().items():
        looks.memory.setdefault(name, []).append((at, memory(pid) / 2**20))
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
