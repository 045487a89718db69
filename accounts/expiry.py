"""When credentials end: the choices of the pages, and what the flows accept."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import CredentialRefused

CHOICES_IN_DAYS = (30, 90, 365)
_LONGEST = timedelta(days=3660)


def check_expiry(expires_at: datetime | None) -> datetime | None:
    """Return the moment unchanged, None for never; raise CredentialRefused."""
    now = timezone.now()
    if expires_at is not None and not now < expires_at <= now + _LONGEST:
        message = _("The last day is in the future, at most ten years from now.")
        raise CredentialRefused(message)
    return expires_at


def in_days(days: int) -> datetime:
    """Return the moment so many days from now."""
    return timezone.now() + timedelta(days=days)


def renewed(created_at: datetime, expires_at: datetime | None) -> datetime | None:
    """Return when a successor ends that lives as long as this one was meant to."""
    return None if expires_at is None else timezone.now() + (expires_at - created_at)
