"""What a namespace has, counted for administrators: each app says what it keeps of it."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Namespace, PersonalAccessToken

Count = Callable[[Namespace], int]
_counts: dict[str, Count] = {}


def owned(label: str) -> Callable[[Count], Count]:
    """Add what a function counts, under this label; one query."""

    def register(count: Count) -> Count:
        _counts[label] = count
        return count

    return register


def owned_by(namespace: Namespace) -> list[tuple[str, int]]:
    """Return label and number of each kind."""
    return [(_(label), count(namespace)) for label, count in _counts.items()]


@owned(gettext_noop("Robot accounts and access tokens"))
def _machines(namespace: Namespace) -> int:
    tokens = PersonalAccessToken.objects.filter(user=namespace.user_id, revoked_at=None)
    robots = namespace.robots.values("pk")
    return robots.union(tokens.values("pk"), all=True).count()
