"""The report of a load: a page of Markdown and four pictures."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles

from bench.whole_look import OTHERS, SENDER, Looks
from bench.whole_mix import Done, Mix
from bench.whole_picture import Points, draw

_STEPS = 60  # points of a line
_FIFTH = 0.2  # memory: the last fifth of the time beside the second; the first is for settling
_MOST_GROWTH = 0.1
_OURS = ("tokens", "passwords", "web", "worker")  # Redis and registries keep what they are given


def write(folder: Path, mix: Mix, looks: Looks, seconds: float) -> str:
    """Write all into the folder; return the page."""
    done = mix.done
    folder.mkdir(parents=True, exist_ok=True)
    step, kinds = max(seconds / _STEPS, 1.0), _by_kind(done)
    for name, picture in _pictures(kinds, looks, step, slots=int(seconds / step)).items():
        (folder / f"{name}.svg").write_text(picture)
    parts = (_head(mix, seconds), _kinds(done, seconds), _parts(looks), _queue(looks))
    page = "\n".join(line for lines in parts for line in lines)
    (folder / "report.md").write_text(page + "\n")
    return f"{page}\n\nWritten to {folder}/report.md."


def grown(looks: Looks) -> list[str]:
    """Return which of our own parts hold more memory than they did: more than a tenth."""
    return [name for name in _OURS if _growth(looks.memory.get(name, ())) > _MOST_GROWTH]


def _pictures(
    kinds: Mapping[str, Sequence[Done]], looks: Looks, step: float, *, slots: int
) -> dict[str, str]:
    return {
        "throughput": draw(
            "Done in a second", "/s", {kind: _rate(of, step, slots) for kind, of in kinds.items()}
        ),
        "percentiles": draw(
            "95th percentile", "ms", {kind: _slowest(of, step, slots) for kind, of in kinds.items()}
        ),
        "memory": draw("Memory of each part (PSS)", "MB", looks.memory),
        "queue": draw("The oldest notification waits", "s", {"notifications": looks.waiting}),
    }


def _head(mix: Mix, seconds: float) -> list[str]:
    problems = Counter(one.problem for one in mix.done if one.problem)
    many, pauses = len(mix.done), mix.clock.pauses
    stood = (
        f" The machine stood still {len(pauses)} times for {sum(pauses):.0f} s in all, which are not"
        f" counted, nor the {mix.interrupted} that were under way."
    )
    return [
        "# Load",
        "",
        (
            f"{many:,} in {seconds:,.0f} s, {many / seconds:.1f} a second; "
            f"{problems.total()} failed.{stood if pauses else ''}"
        ),
        "",
        *(f"- {many} times {problem}" for problem, many in problems.most_common(10)),
        "![throughput](throughput.svg)",
        "![percentiles](percentiles.svg)",
        "",
    ]


def _kinds(done: Sequence[Done], seconds: float) -> list[str]:
    lines = ["| | done | /s | p50 ms | p95 ms | p99 ms | slowest ms | failed |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|---:|")
    for kind, of in sorted(_by_kind(done).items()):
        times = [one.seconds * 1000 for one in of]
        cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
        failed = sum(bool(one.problem) for one in of)
        lines.append(
            f"| {kind} | {len(of)} | {len(of) / seconds:.1f} | {cuts[49]:.0f} | {cuts[94]:.0f} "
            f"| {cuts[98]:.0f} | {max(times):.0f} | {failed} |"
        )
    return [*lines, ""]


def _parts(looks: Looks) -> list[str]:
    lines = ["![memory](memory.svg)", "", "| part | cores | MB, settled | at the end | growth |"]
    lines.append("|---|---:|---:|---:|---:|")
    for name, points in looks.memory.items():
        first, last = _settled_and_end(points)
        cores = looks.cores.get(name, 0.0)
        lines.append(
            f"| {name} | {cores:.2f} | {first:.0f} | {last:.0f} | {_growth(points):+.0%} |"
        )
    rest = [f"| {name} | {looks.cores.get(name, 0.0):.2f} | | | |" for name in (SENDER, OTHERS)]
    return [*lines, *rest, "", f"Of {len(os.sched_getaffinity(0))} cores.", ""]


def _queue(looks: Looks) -> list[str]:
    longest = max((seconds for _, seconds in looks.waiting), default=0.0)
    return ["![queue](queue.svg)", "", f"The oldest notification waited {longest:.1f} s at most."]


def _growth(points: Points) -> float:
    first, last = _settled_and_end(points)
    return last / first - 1 if first else 0.0


def _settled_and_end(points: Points) -> tuple[float, float]:
    """Return the median of the second fifth, and of the last."""
    values = [value for _, value in points]
    fifth = int(len(values) * _FIFTH)
    if not fifth:
        return 0.0, 0.0
    return median(values[fifth : 2 * fifth]), median(values[-fifth:])


def _by_kind(done: Iterable[Done]) -> dict[str, list[Done]]:
    kinds: defaultdict[str, list[Done]] = defaultdict(list)
    for one in done:
        kinds[one.kind].append(one)
    return dict(kinds)


def _rate(done: Sequence[Done], step: float, slots: int) -> Points:
    counted = Counter(int((one.at + one.seconds) // step) for one in done if not one.problem)
    return [(slot * step, counted[slot] / step) for slot in range(slots)]


def _slowest(done: Sequence[Done], step: float, slots: int) -> Points:
    """Return the 95th percentile of what began in each step."""
    began: defaultdict[int, list[float]] = defaultdict(list)
    for one in done:
        began[int(one.at // step)].append(one.seconds * 1000)
    whole = sorted((slot, sorted(of)) for slot, of in began.items() if slot < slots)
    return [(slot * step, of[int(len(of) * 0.95)]) for slot, of in whole]
