"""Draw what happened over time: an SVG of a few lines, without a library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 960, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 190, 52, 44
# Each on white and on a dark page.
_COLORS = (
    *(
        ("#0b5fad", "#79b8ff"),
        ("#b3470b", "#ffa266"),
        ("#17703a", "#6fdd8b"),
        ("#7a2fa0", "#d2a8ff"),
    ),
    *(
        ("#8a6d00", "#e3c04d"),
        ("#a11d3f", "#ff8fa8"),
        ("#00707a", "#56d4dd"),
        ("#4d4d4d", "#b8b8b8"),
    ),
    *(("#6b3d1f", "#d8b08c"), ("#3f4fbf", "#a5b4ff")),
)
_LABEL_HEIGHT = 15.0

Points = Sequence[tuple[float, float]]


def draw(title: str, unit: str, lines: Mapping[str, Points]) -> str:
    """Return the picture: seconds to the right, from nothing upwards."""
    shown = {label: points for label, points in lines.items() if points}
    seconds = max((x for points in shown.values() for x, _ in points), default=1.0) or 1.0
    most = _round_up(max((y for points in shown.values() for _, y in points), default=1.0))
    parts = _axes(seconds, most, unit)
    labels: list[tuple[float, str, str]] = []
    for number, (label, points) in enumerate(shown.items()):
        color = f"c{number % len(_COLORS)}"
        places = [(_x(x, seconds), _y(y, most)) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="{color}" points="{path}"/>')
        labels.append((places[-1][1], label, color))
    parts += _labels(labels)
    return _DOCUMENT.format(
        width=_WIDTH,
        height=_HEIGHT,
        title=escape(title),
        left=_LEFT,
        light=_rules([light for light, _ in _COLORS]),
        dark=_rules([dark for _, dark in _COLORS]),
        body="\n".join(parts),
    )


def _rules(colors: Sequence[str]) -> str:
    return "\n".join(
        f"polyline.c{number} {{ stroke: {color}; }} text.c{number} {{ fill: {color}; }}"
        for number, color in enumerate(colors)
    )


def _axes(seconds: float, most: float, unit: str) -> list[str]:
    parts = []
    for step in range(5):
        value, y = most * step / 4, _y(most * step / 4, most)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>')
        text = f"{value:g} {unit}"
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text}</text>')
        x = _x(seconds * step / 4, seconds)
        text = f"{seconds * step / 4:.0f} s"
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">{text}</text>'
        )
    return parts


def _labels(ends: Sequence[tuple[float, str, str]]) -> list[str]:
    """Write each at the end of its line, and above the one below where they would meet."""
    parts, free = [], float(_HEIGHT - _BOTTOM)
    for y, text, color in sorted(ends, reverse=True):
        at = min(free, y)
        free = at - _LABEL_HEIGHT
        x = _WIDTH - _RIGHT + 10
        parts.append(f'<text class="{color}" x="{x}" y="{at + 4:.1f}">{escape(text)}</text>')
    return parts


def _x(seconds: float, all_seconds: float) -> float:
    return _LEFT + seconds / all_seconds * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, most: float) -> float:
    return _HEIGHT - _BOTTOM - value / most * (_HEIGHT - _TOP - _BOTTOM)


def _round_up(value: float) -> float:
    """Return a round number above it."""
    if value <= 0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(value))
    return next(power * step for step in (1, 2, 4, 8, 10) if power * step >= value)


_DOCUMENT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">
<style>
rect {{ fill: #ffffff; }}
text {{ font: 12px system-ui, sans-serif; fill: #222222; }}
.heading {{ font-size: 15px; font-weight: 600; }}
.grid {{ stroke: #dddddd; }}
polyline {{ fill: none; stroke-width: 1.5; }}
{light}
@media (prefers-color-scheme: dark) {{
rect {{ fill: #14171c; }}
text {{ fill: #e4e6ea; }}
.grid {{ stroke: #3a404a; }}
{dark}
}}
</style>
<rect width="100%" height="100%"/>
<text class="heading" x="{left}" y="28">{title}</text>
{body}
</svg>
"""
