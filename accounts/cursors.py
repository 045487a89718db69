"""Where a page of something that is read newest first begins: quick at any depth, unlike page numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Behind this row, which has a time `at`."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        """Return it as it stands in an address."""
        whole = int(self.at.timestamp())
        return f"{whole * 1_000_000 + self.at.microsecond}-{self.pk}"


def read_cursor(text: str) -> Cursor | None:
    """Return where a page begins; None for the first one, and for what nobody gave out."""
    micros, dash, pk = text.partition("-")
    plain = micros.isascii() and micros.isdigit() and pk.isascii() and pk.isdigit()
    if not (dash and plain and len(micros) < 18 and len(pk) < 19):
        return None
    seconds, rest = divmod(int(micros), 1_000_000)
    try:
        return Cursor(datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest), int(pk))
    except (ValueError, OverflowError, OSError):
        return None


def behind(rows: QuerySet[M], before: Cursor | None) -> QuerySet[M]:
    """Return the rows newest first, from there on."""
    ordered = rows.order_by("-at", "-pk")
    if before is None:
        return ordered
    older = Q(at__lt=before.at) | Q(at=before.at, pk__lt=before.pk)
    return ordered.filter(older, at__lte=before.at)
