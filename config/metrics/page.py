"""The page itself: sums of what was counted, and what is looked up now, as Prometheus reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from accounts.metrics import SUM, Counter, Field, Timer, totals
from config.metrics.gauges import GAUGES, gauges


class _Everything:
    """What prometheus_client asks for its families."""

    def collect(self) -> Iterable[Metric]:
        """Yield every metric, those without a value too: a name on a dashboard is never unknown."""
        found = totals()
        yield from (_counter(one, found) for one in Counter.known.values())
        yield from (_timer(one, found) for one in Timer.known.values())
        yield from _gauges()


def render() -> bytes:
    """Return the page."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Everything())
    return generate_latest(registry)


def _counter(counter: Counter, found: dict[Field, float]) -> Metric:
    family = CounterMetricFamily(counter.name, counter.help, labels=counter.labels)
    for (name, labels, _), value in sorted(found.items()):
        if name == counter.name and len(labels) == len(counter.labels):
            family.add_metric(labels, value)
    if not counter.labels and not family.samples:
        family.add_metric((), 0.0)
    return family


def _timer(timer: Timer, found: dict[Field, float]) -> Metric:
    family = HistogramMetricFamily(timer.name, timer.help, labels=timer.labels)
    by_labels: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    for (name, labels, bucket), value in found.items():
        if name == timer.name and len(labels) == len(timer.labels):
            by_labels[labels][bucket] = value
    if not timer.labels:
        by_labels.setdefault((), {})
    for labels, counts in sorted(by_labels.items()):
        buckets, so_far = [], 0.0
        for bound in timer.buckets:
            so_far += counts.get(bound, 0.0)
            buckets.append((bound, so_far))
        family.add_metric(labels, buckets, counts.get(SUM, 0.0))
    return family


def _gauges() -> Iterable[Metric]:
    families = {
        name: GaugeMetricFamily(name, explained, labels=labels)
        for name, (explained, labels) in GAUGES.items()
    }
    for name, labels, value in gauges():
        families[name].add_metric(labels, value)
    return families.values()
