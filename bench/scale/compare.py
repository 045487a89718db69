"""Simulate what was measured: one process at random moments, and a thousand pulls at once on two cores."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from statistics import fmean, quantiles

from bench.scale.engine import Request, Simulation, Station
from bench.scale.figures import Answered

_REQUESTS = 40_000

# bench/README.md, "A herd", SQLite on two quiet cores: processor time of a pull, in seconds.
_NODES, _CORES, _TOKENS = 1_000, 2, 2
_TOKENS_SECONDS, _REGISTRY, _GATEWAY, _WORKER = 0.0036, 0.0063, 0.0009, 0.0035
_STEPS = 4  # challenge, token, manifest, layer: all pass nginx; all but the first ask `tokens`
HERD_MEASURED = {"token p50": 0.32, "token p99": 0.84, "pull p99": 7.1}  # seconds


@dataclass(frozen=True, slots=True)
class Simulated:
    """How long they took in the simulation, in microseconds."""

    mean: float
    p50: float
    p99: float


class _Herd:
    """A thousand nodes whose pulls begin at once; everything they ask shares the cores."""

    def __init__(self) -> None:
        self.simulation = Simulation()
        self.cores = Station(self.simulation, _CORES)
        self.tokens = Station(self.simulation, _TOKENS)
        self.token_took: list[float] = []
        self.pull_took: list[float] = []

    def pull(self) -> Request:
        yield from self._gateway()
        asked = self.simulation.now
        yield from self._gateway()
        yield from self._ask_tokens()
        self.token_took.append(self.simulation.now - asked)
        for _ in ("manifest", "layer"):
            yield from self._gateway()
            yield from self._ask_tokens()
            yield from self.cores.serve(_REGISTRY / 2)
        self.pull_took.append(self.simulation.now)
        yield from self.cores.serve(_WORKER)

    def _gateway(self) -> Request:
        yield from self.cores.serve(_GATEWAY / _STEPS)

    def _ask_tokens(self) -> Request:
        yield self.tokens
        yield from self.cores.serve(_TOKENS_SECONDS / (_STEPS - 1))
        self.tokens.release()


def simulate_herd() -> dict[str, float]:
    """Return what the herd's measurement tells, in seconds."""
    herd = _Herd()
    for _ in range(_NODES):
        herd.simulation.begin(herd.pull(), 0.0)
    herd.simulation.run(600.0)
    tokens, pulls = (quantiles(took, n=100) for took in (herd.token_took, herd.pull_took))
    return {"token p50": tokens[49], "token p99": tokens[98], "pull p99": pulls[98]}


def simulate(measured: Answered) -> Simulated:
    """Let requests come to one process as they came to the real one."""
    simulation, took = Simulation(), list[float]()
    random = Random(3)  # noqa: S311 - the same each time
    process, shape = Station(simulation), measured.variation**-2

    def request() -> Request:
        came = simulation.now
        held = random.gammavariate(shape, measured.held / 1e6 / shape)
        yield from process.serve(held)
        took.append((simulation.now - came) * 1e6 + measured.on_the_way)

    at = 0.0
    for _ in range(_REQUESTS):
        at += random.expovariate(measured.rate)
        simulation.begin(request(), at)
    simulation.run(2 * at)  # until all have been answered
    cuts = quantiles(took, n=100, method="inclusive")
    return Simulated(fmean(took), cuts[49], cuts[98])
