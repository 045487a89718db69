"""Draw how times grow with the rows: an SVG of a few lines, without a library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 960, 560
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 300, 64, 48
_COLORS = ("#0b5fad", "#b3470b", "#17703a", "#7a2fa0", "#8a6d00", "#a11d3f", "#00707a", "#4d4d4d")
_LABEL_HEIGHT = 15.0


@dataclass(frozen=True, slots=True)
class Line:
    """Milliseconds by rows; `kind` says how it is drawn: ours, main, theirs, aim."""

    label: str
    points: Mapping[int, float]
    kind: str = "ours"


def draw(title: str, lines: Sequence[Line]) -> str:
    """Return the picture: both axes are logarithmic."""
    shown = [line for line in lines if line.points]
    scale = _Scale.of(shown)
    parts = [*_axes(scale)]
    ends = []
    colors = iter(_COLORS * len(shown))
    for line in shown:
        color = "#555555" if line.kind in {"theirs", "aim"} else next(colors)
        places = [(scale.x(rows), scale.y(ms)) for rows, ms in sorted(line.points.items())]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="{line.kind}" stroke="{color}" points="{path}"/>')
        last = line.points[max(line.points)]
        ends.append((*places[-1], f"{line.label}  {_number(last)} ms", color))
    parts += _labels(ends)
    return _DOCUMENT.format(
        width=_WIDTH,
        height=_HEIGHT,
        title=escape(title),
        heading_y=_TOP - 36,
        left=_LEFT,
        body="\n".join(parts),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where numbers are: logarithms of both ends."""

    rows: tuple[float, float]
    times: tuple[float, float]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> _Scale:
        rows = [math.log10(each) for line in lines for each in line.points]
        times = [math.log10(max(each, 0.01)) for line in lines for each in line.points.values()]
        return cls(
            (min(rows), max(*rows, min(rows) + 0.1)),
            (math.floor(min(times)), math.ceil(max(times) + 0.01)),
        )

    def x(self, rows: float) -> float:
        first, last = self.rows
        return _LEFT + (math.log10(rows) - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, ms: float) -> float:
        first, last = self.times
        share = (math.log10(max(ms, 0.01)) - first) / (last - first)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _axes(scale: _Scale) -> list[str]:
    parts = []
    for power in range(int(scale.times[0]), int(scale.times[1]) + 1):
        y = scale.y(10.0**power)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>')
        text = f"{_number(10.0**power)} ms"
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text}</text>')
    for rows in (10_000, 100_000, 1_000_000, 5_000_000):
        if scale.rows[0] - 0.01 <= math.log10(rows) <= scale.rows[1] + 0.01:
            x, y = scale.x(rows), _HEIGHT - _BOTTOM
            parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{y}"/>')
            parts.append(f'<text x="{x:.1f}" y="{y + 20}" text-anchor="middle">{rows:,}</text>')
    return parts


def _labels(ends: list[tuple[float, float, str, str]]) -> list[str]:
    """Write each at the end of its line, and below the one before where they would meet."""
    parts, free = [], float(_TOP)
    most = _HEIGHT - _BOTTOM - _LABEL_HEIGHT * len(ends)
    for number, (x, y, text, color) in enumerate(sorted(ends, key=lambda end: end[1])):
        at = max(free, min(y, most + _LABEL_HEIGHT * (number + 1)))
        free = at + _LABEL_HEIGHT
        parts.append(
            f'<line stroke="{color}" opacity="0.4" x1="{x:.1f}" y1="{y:.1f}" x2="{x + 14:.1f}" y2="{at:.1f}"/>'
        )
        parts.append(
            f'<text fill="{color}" x="{x + 18:.1f}" y="{at + 4:.1f}">{escape(text)}</text>'
        )
    return parts


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


_DOCUMENT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">
<style>
text {{ font: 12px system-ui, sans-serif; }}
.heading {{ font-size: 15px; font-weight: 600; }}
.grid {{ stroke: #dddddd; }}
polyline {{ fill: none; stroke-width: 1.5; }}
polyline.main {{ stroke-width: 3; }}
polyline.theirs {{ stroke-dasharray: 2 3; }}
polyline.aim {{ stroke-dasharray: 8 4; stroke-width: 2; }}
</style>
<rect width="100%" height="100%" fill="#ffffff"/>
<text class="heading" x="{left}" y="{heading_y}">{title}</text>
{body}
</svg>
"""
