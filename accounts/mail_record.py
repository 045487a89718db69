"""When a mail went out last, and when one did not: for administrators, who else learn of it from nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

from accounts.metrics import MAILS

_SENT, _FAILED = "mail-sent", "mail-failed"
_KEPT_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True)
class MailRecord:
    """The last of each; `problem` is what the server said, without any address."""

    sent_at: datetime | None
    failed_at: datetime | None
    problem: str

    @property
    def is_failing(self) -> bool:
        """Whether the last one did not go out."""
        return bool(self.failed_at and (self.sent_at is None or self.sent_at < self.failed_at))


def note_sent() -> None:
    """Remember that one went out."""
    MAILS.add("sent")
    cache.set(_SENT, timezone.now(), _KEPT_SECONDS)


def note_failed(error: Exception) -> None:
    """Remember that one did not. Only the kind of error: its text may name who it was for."""
    MAILS.add("failed")
    code = getattr(error, "smtp_code", None)
    problem = f"{type(error).__name__} {code}" if code else type(error).__name__
    cache.set(_FAILED, (timezone.now(), problem), _KEPT_SECONDS)


def mail_record() -> MailRecord:
    """Return what is remembered."""
    failed_at, problem = cache.get(_FAILED) or (None, "")
    return MailRecord(cache.get(_SENT), failed_at, problem)
