"""Let cases take turns, and print what they cost beside each other."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from bench.load import RequestFailed, Timing, run_round
from bench.processes import SERVER_CORE, on_core

SIGNATURE = "one ES256 signature"


@dataclass(frozen=True, slots=True)
class Case:
    """A request, who answers it, and the processor time that these have used so far."""

    name: str
    request: bytes
    port: int
    cpu_seconds: Callable[[], float]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Sample:
    """What one round measured of a case; a baseline in this process has no requests."""

    cpu: float  # microseconds for each request
    timing: Timing | None = None


Samples = dict[str, list[Sample]]


@dataclass(frozen=True, slots=True)
class Aim:
    """A row of the issue's table: the cost of a case, at most so many times the baseline's."""

    case: str
    baseline: str
    most: float


def take_turns(
    cases: Sequence[Case], *, rounds: int, seconds: float, signature: bool = True
) -> Samples:
    """Measure each case once in each round, so that a busy machine slows all of them."""
    for case in cases:  # connections, caches, imports
        measure(case, 0.3)
    found: Samples = {SIGNATURE: []} if signature else {}
    found.update({case.name: [] for case in cases})
    for _ in range(rounds):
        if signature:
            found[SIGNATURE].append(Sample(signature_cost()))
        for case in cases:
            found[case.name].append(measure(case, seconds))
    return found


def measure(case: Case, seconds: float) -> Sample:
    """Measure one case once. Raises RequestFailed."""
    before = case.cpu_seconds()
    try:
        timing = run_round(case.request, case.port, seconds, status=case.status)
    except RequestFailed as error:
        message = f"{case.name}: {error}"
        raise RequestFailed(message) from error
    return Sample((case.cpu_seconds() - before) / timing.requests * 1e6, timing)


def signature_cost() -> float:
    """Return what one raw signature costs on the server's core, in microseconds."""
    key, algorithm, data = generate_private_key(SECP256R1()), ECDSA(SHA256()), bytes(600)
    with on_core(SERVER_CORE):
        costs = []
        for _ in range(9):
            begun = time.thread_time()
            for _ in range(1_000):
                key.sign(data, algorithm)
            costs.append((time.thread_time() - begun) * 1e3)
    return median(costs)


def cost(samples: Samples, name: str) -> float:
    """Return the median of the processor time, in microseconds."""
    return median(sample.cpu for sample in samples[name])


def ratio(samples: Samples, name: str, baseline: str) -> float:
    """Return how many times the baseline's cost it is: the median of the rounds."""
    pairs = zip(samples[name], samples[baseline], strict=True)
    return median(sample.cpu / base.cpu for sample, base in pairs)


def speed_ratio(samples: Samples, name: str, baseline: str) -> float:
    """Return how many times the baseline's requests per second it is: the median of the rounds."""
    pairs = zip(samples[name], samples[baseline], strict=True)
    return median(_speed(sample) / _speed(base) for sample, base in pairs)


def print_costs(samples: Samples, *, beside: Mapping[str, str]) -> None:
    """Print each case, and how many times the cost of some baselines it is: heading and case."""
    heads = ["req/s", "p50 ms", "p99 ms", "sender", "CPU us", *beside]
    print(f"| {'':<38} | {' | '.join(heads)} |")
    print(f"|---|{'---:|' * len(heads)}")
    for name, rounds in samples.items():
        timings = [sample.timing for sample in rounds if sample.timing]
        cells = ["", "", "", ""]
        if timings:
            cells = [
                f"{median(timing.per_second for timing in timings):.0f}",
                f"{median(timing.p50 for timing in timings):.2f}",
                f"{median(timing.p99 for timing in timings):.2f}",
                f"{median(timing.load for timing in timings):.0%}",
            ]
        cells.append(f"{cost(samples, name):.1f}")
        cells += [f"{ratio(samples, name, baseline):.2f}" for baseline in beside.values()]
        print(f"| {name:<38} | {' | '.join(cells)} |")


def print_aims(samples: Samples, aims: Sequence[Aim]) -> None:
    """Print each row of the issue's table, with what was measured."""
    print(f"\n| {'path':<38} | beside | measured | aim | |\n|---|---|---:|---:|---|")
    for aim in aims:
        found = ratio(samples, aim.case, aim.baseline)
        print_row(f"{aim.case:<38} | {aim.baseline}", found, "≤", aim.most, met=found <= aim.most)


def print_row(what: str, found: float, sign: str, aim: float, *, met: bool) -> None:
    """Print one row of a table of aims."""
    print(f"| {what} | {found:.2f} x | {sign} {aim:g} x | {'' if met else 'falls short'} |")


def _speed(sample: Sample) -> float:
    assert sample.timing  # noqa: S101 - only of what has requests
    return sample.timing.per_second
