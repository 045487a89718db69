"""The report of a load: a page of Markdown and four pictures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import quantiles

from bench.whole_look import Looks
from bench.whole_mix import Done
from bench.whole_picture import Points, draw

_STEPS = 60  # points of a line
_SETTLED = 0.2  # memory is compared with what it was after this part of the time


def write(folder: Path, done: Sequence[Done], looks: Looks, seconds: float) -> str:
    """Write all into the folder; return the page."""
    folder.mkdir(parents=True, exist_ok=True)
    step = max(seconds / _STEPS, 1.0)
    for name, picture in _pictures(done, looks, step).items():
        (folder / f"{name}.svg").write_text(picture)
    page = "\n".join([*_head(done, seconds), *_kinds(done, seconds), *_memory(looks), *_end(looks)])
    (folder / "report.md").write_text(page + "\n")
    return f"{page}\n\nWritten to {folder}/report.md."


def _pictures(done: Sequence[Done], looks: Looks, step: float) -> dict[str, str]:
    kinds = _by_kind(done)
    return {
        "throughput": draw(
            "Done in a second", "/s", {kind: _rate(of, step) for kind, of in kinds.items()}
        ),
        "percentiles": draw(
            "95th percentile", "ms", {kind: _slowest(of, step) for kind, of in kinds.items()}
        ),
        "memory": draw("Memory of each part (PSS)", "MB", looks.memory),
        "queue": draw("The oldest notification waits", "s", {"notifications": looks.waiting}),
    }


def _head(done: Sequence[Done], seconds: float) -> list[str]:
    problems = Counter(one.problem for one in done if one.problem)
    lines = [
        "# Load",
        "",
        (
            f"{len(done):,} in {seconds:,.0f} s, {len(done) / seconds:.1f} a second; "
            f"{problems.total()} failed."
        ),
        "",
        *(f"- {many} times {problem}" for problem, many in problems.most_common(10)),
    ]
    return [*lines, "![throughput](throughput.svg)", "![percentiles](percentiles.svg)", ""]


def _kinds(done: Sequence[Done], seconds: float) -> list[str]:
    lines = ["| | done | /s | p50 ms | p95 ms | p99 ms | slowest ms | failed |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|---:|")
    for kind, of in _by_kind(done).items():
        times = [one.seconds * 1000 for one in of]
        cuts = quantiles(times, n=100) if len(times) > 1 else times * 99
        failed = sum(bool(one.problem) for one in of)
        lines.append(
            f"| {kind} | {len(of)} | {len(of) / seconds:.1f} | {cuts[49]:.0f} | {cuts[94]:.0f} "
            f"| {cuts[98]:.0f} | {max(times):.0f} | {failed} |"
        )
    return [*lines, ""]


def _memory(looks: Looks) -> list[str]:
    lines = ["![memory](memory.svg)", "", "| part | MB, settled | at the end | growth |"]
    lines.append("|---|---:|---:|---:|")
    for name, points in looks.memory.items():
        first, last = points[int(len(points) * _SETTLED)][1], points[-1][1]
        growth = last / first - 1 if first else 0.0
        lines.append(f"| {name} | {first:.0f} | {last:.0f} | {growth:+.0%} |")
    return [*lines, ""]


def _end(looks: Looks) -> list[str]:
    longest = max((seconds for _, seconds in looks.waiting), default=0.0)
    return ["![queue](queue.svg)", "", f"The oldest notification waited {longest:.1f} s at most."]


def _by_kind(done: Iterable[Done]) -> dict[str, list[Done]]:
    kinds: defaultdict[str, list[Done]] = defaultdict(list)
    for one in done:
        kinds[one.kind].append(one)
    return dict(kinds)


def _rate(done: Sequence[Done], step: float) -> Points:
    counted = Counter(int((one.at + one.seconds) // step) for one in done if not one.problem)
    return [(slot * step, counted[slot] / step) for slot in range(max(counted, default=0) + 1)]


def _slowest(done: Sequence[Done], step: float) -> Points:
    """Return the 95th percentile of what began in each step."""
    slots: defaultdict[int, list[float]] = defaultdict(list)
    for one in done:
        slots[int(one.at // step)].append(one.seconds * 1000)
    return [(slot * step, sorted(of)[int(len(of) * 0.95)]) for slot, of in sorted(slots.items())]
