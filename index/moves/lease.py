"""The right to work on one move; renewing it writes down how far the copying has come."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from index.copying import CopyReport
from index.errors import RegistryTrouble
from index.models import Move, MoveState, Registry
from index.models.move import UNFINISHED_MOVES

HOLDS = timedelta(minutes=3)  # longer than a registry may take to end one upload
_RENEW_EVERY = 1.0  # seconds


class Lost(Exception):
    """Somebody cancelled the move, or another worker took it over."""


class Lease:
    """Held by one worker; each renewal asks whether it still may go on."""

    def __init__(self, move: Move) -> None:
        """Hold what `claim` has taken."""
        self._move = move
        self._renewed = 0.0
        self._before = (move.manifests_copied, move.bytes_copied)
        self.ends_at: float | None = None  # by then the last of it is copied, or not at all
        self.writes_to = move.target_id  # a registry that may collect its garbage

    def renew(self, report: CopyReport | None = None) -> None:
        """Hold it for longer; raise Lost, or RegistryTrouble where the copying has to wait."""
        now = time.monotonic()
        if self.ends_at is not None and now > self.ends_at:
            message = "the last of it took too long; pushes were let in again"
            raise RegistryTrouble(message)
        if now - self._renewed < _RENEW_EVERY:
            return
        self._renewed = now
        self.write(next_attempt_at=timezone.now() + HOLDS, **self.counts(report))
        self._refuse_garbage_collection()

    def check(self) -> None:
        """Raise Lost where another worker has it: asked right before what cannot be undone.

        Whoever was frozen between two renewals must not delete from a copy that is in use by now.
        """
        if not self.rows().exists():
            raise Lost

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write in one transaction; after a rollback the move in memory is as it was before too."""
        before = vars(self._move).copy()
        try:
            with transaction.atomic():
                yield
        except BaseException:
            vars(self._move).update(before)
            raise

    def write(self, **changes: object) -> None:
        """Change the row if it is still ours; raise Lost."""
        if not self.rows().update(**changes):
            raise Lost
        for field, value in changes.items():
            setattr(self._move, field, value)

    def rows(self) -> QuerySet[Move]:
        """Return the row, if it is still ours."""
        move = self._move
        return Move.objects.filter(
            pk=move.pk, state=move.state, next_attempt_at=move.next_attempt_at
        )

    def counts(self, report: CopyReport | None) -> dict[str, int]:
        """Return what was copied by all workers together."""
        if report is None:
            return {}
        manifests, size = self._before
        return {
            "tags_copied": len(report.tags),
            "manifests_copied": manifests + report.manifests,
            "bytes_copied": size + report.bytes_copied,
        }

    def _refuse_garbage_collection(self) -> None:
        """Bring no blobs while blobs are swept that no manifest names yet."""
        if self._move.state != MoveState.CLEANING:
            held = Registry.objects.filter(writes_held_until__gt=timezone.now())
            if registry := held.filter(pk=self.writes_to).first():
                message = f"registry {registry} collects its garbage"
                raise RegistryTrouble(message)


def claim(move_id: int) -> Move | None:
    """Return the move if it is due, and keep others from it while we renew the lease (L10)."""
    now = timezone.now()
    due = Move.objects.filter(pk=move_id, state__in=UNFINISHED_MOVES, next_attempt_at__lte=now)
    # Without a problem: what has one waits for its turn, and `retry_move` brings that forward.
    if not due.update(next_attempt_at=now + HOLDS, last_problem=""):
        return None
    related = Move.objects.select_related("repository__namespace", "source", "target")
    return related.get(pk=move_id)
