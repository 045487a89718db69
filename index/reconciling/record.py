"""Keep what a walk found: new differences, those that are still there, and those that are gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from index.models import Difference, DifferenceKind, DifferenceState, Registry
from index.reconciling.compare import Found

_BATCH = 500
_UNANSWERED = (DifferenceState.OPEN, DifferenceState.ACCEPTING)


def record_tags(registry: Registry, name: str, found: Sequence[Found]) -> None:
    """Note what differs in one repository; what was open and differs no more is gone."""
    of_tags = Difference.objects.filter(registry=registry, name=name).exclude(
        kind=DifferenceKind.UNKNOWN_REPOSITORY
    )
    known = {(one.kind, one.tag): one for one in of_tags}
    _record(
        registry, [(name, one) for one in found], {(name, *key): one for key, one in known.items()}
    )
    seen = {(one.kind.value, one.tag) for one in found}
    gone = [one.pk for key, one in known.items() if key not in seen and one.state in _UNANSWERED]
    for start in range(0, len(gone), _BATCH):
        Difference.objects.filter(pk__in=gone[start : start + _BATCH]).update(
            state=DifferenceState.GONE
        )


def record_unknown(registry: Registry, tag_counts: Mapping[str, int]) -> None:
    """Note repositories that are not known here, with the number of their tags."""
    kind = DifferenceKind.UNKNOWN_REPOSITORY
    same = Difference.objects.filter(registry=registry, kind=kind, name__in=list(tag_counts))
    known = {(one.name, one.kind, one.tag): one for one in same}
    found = [(name, Found(kind, tag_count=count)) for name, count in tag_counts.items()]
    _record(registry, found, known)


def end_unknown(registry: Registry, *, not_seen_since: datetime) -> None:
    """Let go of repositories that the registry keeps no more, or that are known by now."""
    Difference.objects.filter(
        registry=registry,
        kind=DifferenceKind.UNKNOWN_REPOSITORY,
        state__in=_UNANSWERED,
        last_seen_at__lt=not_seen_since,
    ).update(state=DifferenceState.GONE)


def _record(
    registry: Registry,
    found: Sequence[tuple[str, Found]],
    known: Mapping[tuple[str, str, str], Difference],
) -> None:
    now = timezone.now()
    new, again = [], []
    for name, one in found:
        row = known.get((name, one.kind.value, one.tag))
        if row is None:
            row = Difference(registry=registry, kind=one.kind, name=name, tag=one.tag)
            new.append(row)
        else:
            _reopen(row, one, now)
            again.append(row)
        row.digest_there, row.digest_here = one.there, one.here
        row.tag_count, row.last_seen_at = one.tag_count, now
    Difference.objects.bulk_create(new, batch_size=_BATCH, ignore_conflicts=True)
    Difference.objects.bulk_update(
        again,
        ["state", "digest_there", "digest_here", "tag_count", "first_seen_at", "last_seen_at"],
        batch_size=_BATCH,
    )


def _reopen(row: Difference, found: Found, now: datetime) -> None:
    """Ask again where it came back, or is another one than what was ignored."""
    is_same = (row.digest_there, row.digest_here) == (found.there, found.here)
    if row.state in _UNANSWERED or (row.state == DifferenceState.IGNORED and is_same):
        return
    row.state, row.first_seen_at = DifferenceState.OPEN, now
