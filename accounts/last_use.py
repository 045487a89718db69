"""When and from where a credential was last used, to the minute: no write for every request.

In processes that serve requests it is written beside them (`keep_writing`): on SQLite a log-in would
else wait for whoever writes, and of a thousand that begin at once each would make its own write.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db import Error, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.background import keep_doing
from accounts.models import PersonalAccessToken, RobotSecret

_EVERY = timedelta(minutes=1)
_PAUSE = 1.0  # seconds between two writings
_MOST = 10_000  # that wait; of more, the writing is left out

Kind = type[PersonalAccessToken] | type[RobotSecret]
_waiting: dict[tuple[Kind, int], str] = {}
_beside = False


def touch(credential: PersonalAccessToken | RobotSecret, *, address: str) -> None:
    """Note the use unless that was done within a minute; of many at once, one is written."""
    last = credential.last_used_at
    if last and timezone.now() - last < _EVERY:
        return
    if len(_waiting) < _MOST:
        _waiting[type(credential), credential.pk] = address[:45]
    if not _beside:
        write_now()


def keep_writing() -> None:
    """Write beside the requests from now on, in this process."""
    global _beside  # noqa: PLW0603 - said once, when the process starts
    _beside = True
    keep_doing(write_now, every=_PAUSE, name="last uses")


def write_now() -> None:
    """Write what waits; it waits on where the database takes no writes."""
    taken = {}
    while _waiting:
        credential, address = _waiting.popitem()
        taken[credential] = address
    try:
        _write(taken)
    except Error:
        for credential, address in taken.items():
            if len(_waiting) < _MOST:
                _waiting.setdefault(credential, address)
        raise


def _write(uses: dict[tuple[Kind, int], str]) -> None:
    """One statement for each address and kind."""
    together: defaultdict[tuple[Kind, str], list[int]] = defaultdict(list)
    for (kind, pk), address in uses.items():
        together[kind, address].append(pk)
    if not together:
        return
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - _EVERY)
    with transaction.atomic():
        for (kind, address), pks in sorted(together.items(), key=lambda item: item[0][1]):
            used = kind.objects.filter(stale, pk__in=sorted(pks))
            used.update(last_used_at=now, last_used_address=address)
