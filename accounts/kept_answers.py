"""A deed with a key is done once, whatever dies in between: each of its steps is one statement.

`claim` takes the key, committed by itself, before anything is done. What then writes first puts a mark
beside it in the same transaction (`marking`): the deed is committed with the mark or not at all. `keep`
adds the answer. So a claim without a mark has done nothing, and whoever repeats takes it over after
`GIVEN_UP_AFTER`; should its first holder live yet, its mark finds another's claim, and its transaction
is rolled back. A claim with a mark and no answer is never done again: its answer is lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.changes import writes
from accounts.models import KeptAnswer
from accounts.statements import run

KEPT_FOR = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(seconds=60)  # the web server waits for 30
LARGEST_BODY = 16_384

_CLAIM = """
INSERT INTO accounts_keptanswer AS kept
 (owner, digest, fingerprint, claim, began_at, has_written, status, location, body)
VALUES (:owner, :digest, :fingerprint, :claim, :now, FALSE, NULL, '', NULL)
ON CONFLICT (owner, digest) DO UPDATE SET fingerprint = excluded.fingerprint, claim = excluded.claim,
 began_at = excluded.began_at, has_written = FALSE, status = NULL, location = '', body = NULL
WHERE kept.began_at <= :outlived OR (kept.began_at <= :given_up AND kept.status IS NULL
 AND NOT kept.has_written AND kept.fingerprint = excluded.fingerprint)
RETURNING id
"""
_MARK = """
UPDATE accounts_keptanswer SET has_written = TRUE WHERE id = :id AND claim = :claim RETURNING id
"""


class ClaimLost(Exception):
    """It took so long that somebody else has begun it anew."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done once: digests of the key and of everything that was sent."""

    owner: str
    digest: str
    fingerprint: str


class Claim:
    """The right to do it."""

    def __init__(self, row: int, claim: str) -> None:
        """Nothing is done yet."""
        self._row = row
        self._claim = claim
        self._is_committed = False

    @contextmanager
    def marking(self) -> Iterator[None]:
        """Put the mark into each transaction that writes, until one is committed."""
        with connection.execute_wrapper(self._before):
            yield

    def keep(self, status: int, *, location: str = "", body: str | None) -> None:
        """Keep the answer; one that is too large is none."""
        if body is not None and len(body) > LARGEST_BODY:
            body = None
        self._mine().update(status=status, location=location, body=body)

    def give_back(self) -> None:
        """Let the key be used again: what was asked was refused."""
        self._mine().delete()

    def give_up(self, status: int) -> None:
        """Do so after a fault if nothing was written, which the row alone knows; else keep no answer."""
        if not self._mine().filter(has_written=False).delete()[0]:
            self.keep(status, body=None)

    def _mine(self) -> Any:
        return KeptAnswer.objects.filter(pk=self._row, claim=self._claim)

    def _before(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any
    ) -> Any:
        if not self._is_committed and writes(str(sql)) and not self._is_marked():
            if not run(_MARK, {"id": self._row, "claim": self._claim}):
                raise ClaimLost
            connection.on_commit(self._commit)
        return execute(sql, params, many, context)

    def _is_marked(self) -> bool:
        """Whether this transaction has it: what a savepoint took back is taken from this list too."""
        return any(function == self._commit for _, function, *_ in connection.run_on_commit)

    def _commit(self) -> None:
        self._is_committed = True


def claim(asked: Asked) -> Claim | None:
    """Take the key; None if it is taken."""
    now, holder = timezone.now(), uuid.uuid4().hex
    rows = run(
        _CLAIM,
        {
            "owner": asked.owner,
            "digest": asked.digest,
            "fingerprint": asked.fingerprint,
            "claim": holder,
            "now": _stored(now),
            "outlived": _stored(now - KEPT_FOR),
            "given_up": _stored(now - GIVEN_UP_AFTER),
        },
    )
    return Claim(rows[0][0], holder) if rows else None


def find(asked: Asked) -> KeptAnswer | None:
    """Return what is known of the key; None if it was given back meanwhile."""
    return KeptAnswer.objects.filter(owner=asked.owner, digest=asked.digest).first()


def is_given_up(kept: KeptAnswer) -> bool:
    """Whether nobody is at it any more."""
    return kept.began_at <= timezone.now() - GIVEN_UP_AFTER


def forget_of(owner: str) -> None:
    """Forget all keys of one who goes."""
    KeptAnswer.objects.filter(owner=owner).delete()


def forget_old() -> None:
    """Forget keys that are too old to be repeated."""
    KeptAnswer.objects.filter(began_at__lte=timezone.now() - KEPT_FOR).delete()


def _stored(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
