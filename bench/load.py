"""Send the same request over and over, from several processes, and time the answers."""

from __future__ import annotations

import http.client
import multiprocessing
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from statistics import quantiles
from threading import Thread

from launcher.ports import LOOPBACK

PROCESSES = 2
THREADS = 4  # in each process, each with a connection of its own


class RequestFailed(Exception):
    """Something else than 200 came back: what was measured would mean nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and what it is called in the table."""

    name: str
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """What one round measured; latencies in milliseconds."""

    requests: int
    per_second: float
    p50: float
    p99: float


def run_round(case: Case, port: int, seconds: float) -> Timing:
    """Send the request from all connections for so many seconds. Raises RequestFailed."""
    context = multiprocessing.get_context("fork")
    receivers, processes = [], []
    for _ in range(PROCESSES):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_send_many, args=(case, port, seconds, sender))
        process.start()
        receivers.append(receiver)
        processes.append(process)
    answers = [receiver.recv() for receiver in receivers]
    for process in processes:
        process.join()
    problems = [problem for _, problem in answers if problem]
    if problems:
        message = f"{case.name}: {problems[0]}"
        raise RequestFailed(message)
    latencies = [latency for found, _ in answers for latency in found]
    percentiles = quantiles(latencies, n=100)
    return Timing(
        requests=len(latencies),
        per_second=len(latencies) / seconds,
        p50=percentiles[49] * 1000,
        p99=percentiles[98] * 1000,
    )


def ask(connection: http.client.HTTPConnection, case: Case) -> bytes:
    """Send the request once and return the body. Raises RequestFailed."""
    connection.request(case.method, case.path, case.body, dict(case.headers))
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        message = f"status {response.status}: {body[:200]!r}"
        raise RequestFailed(message)
    return body


def _send_many(case: Case, port: int, seconds: float, sender: Connection) -> None:
    latencies: list[float] = []
    problems: list[str] = []
    threads = [
        Thread(target=_send, args=(case, port, seconds, latencies, problems))
        for _ in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sender.send((latencies, problems[0] if problems else ""))


def _send(
    case: Case, port: int, seconds: float, latencies: list[float], problems: list[str]
) -> None:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=20)
    end = time.perf_counter() + seconds
    try:
        while (begun := time.perf_counter()) < end:
            ask(connection, case)
            latencies.append(time.perf_counter() - begun)
    except (RequestFailed, OSError, http.client.HTTPException) as error:
        problems.append(str(error) or type(error).__name__)
    finally:
        connection.close()
