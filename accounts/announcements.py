"""Which announcements a reader sees at this moment: every page asks, so they are remembered.

Whoever changes one forgets all; another process has the change within `_SECONDS`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from accounts.models import Announcement, AnnouncementAudience

COOKIE = "waybill_dismissed"  # ids, the newest last, joined by dots
_KEPT_IDS = 20
_KEY = "announcements"
_SECONDS = 30
_MOST = 20


@dataclass(frozen=True, slots=True)
class Banner:
    """One announcement, as pages show it."""

    pk: int
    text: str
    level: str
    audience: str
    begins_at: datetime
    ends_at: datetime | None
    is_dismissible: bool

    def is_on(self, moment: datetime) -> bool:
        """Whether it is its time."""
        return self.begins_at <= moment and (self.ends_at is None or moment < self.ends_at)


def banners_for(*, is_administrator: bool, dismissed: set[int]) -> list[Banner]:
    """Return what is on for this reader and not dismissed, the newest first."""
    moment = timezone.now()
    return [
        one
        for one in _remembered()
        if one.is_on(moment)
        and (is_administrator or one.audience == AnnouncementAudience.EVERYBODY)
        and not (one.is_dismissible and one.pk in dismissed)
    ]


def forget() -> None:
    """Read them anew the next time."""
    cache.delete(_KEY)


def read_dismissed(cookie: str) -> set[int]:
    """Return the ids in a browser's cookie; what is no id is left out."""
    parts = cookie[:400].split(".")
    return {int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 16}


def with_dismissed(cookie: str, pk: int) -> str:
    """Return the cookie with one more."""
    ids = sorted(read_dismissed(cookie) | {pk})
    return ".".join(map(str, ids[-_KEPT_IDS:]))


def _remembered() -> list[Banner]:
    rows: list[dict[str, Any]] | None = cache.get(_KEY)
    if rows is None:
        rows = [asdict(one) for one in _current()]
        cache.set(_KEY, rows, _SECONDS)
    return [Banner(**row) for row in rows]


def _current() -> list[Banner]:
    now = timezone.now()
    found = Announcement.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    return [
        Banner(
            one.pk,
            one.text,
            one.level,
            one.audience,
            one.begins_at,
            one.ends_at,
            one.is_dismissible,
        )
        for one in found[:_MOST]
    ]
