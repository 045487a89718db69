"""When and from where a credential was last used, to the minute: no write for every request."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import PersonalAccessToken, RobotSecret

_EVERY = timedelta(minutes=1)


def touch(credential: PersonalAccessToken | RobotSecret, *, address: str) -> None:
    """Note the use unless that was done within a minute; of many at once, one writes."""
    now = timezone.now()
    last = credential.last_used_at
    if last and now - last < _EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - _EVERY)
    type(credential).objects.filter(stale, pk=credential.pk).update(
        last_used_at=now, last_used_address=address[:45]
    )
