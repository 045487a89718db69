"""The inbox: a row for each notification, how many there may be, and who is told of them."""

from __future__ import annotations

import threading
import time

from django.db import connection

from accounts.statements import now, run
from index.event_tasks import apply_notifications
from index.outbox import start_now

# Of a kilobyte each. A worker that runs applies so many within a minute.
MOST_WAITING = 1_000_000
_LOOK_EVERY = 1.0  # seconds
_WAKE_AFTER = 0.2  # seconds in which others may come: one message for all of them

# PostgreSQL is not to wait for its disk (5 ms, and that would be all a registry could tell): what is
# answered survives the end of any process of ours and a restart of the database, and of a crash of
# PostgreSQL or of the machine all but the last 0.6 s. SQLite keeps it so too (synchronous=NORMAL).
_KEEP = {
    "sqlite": """
        INSERT INTO index_notification (registry_id, body, received_at, state, problem)
        VALUES (:registry, :body, :now, 'new', '')
    """,
    "postgresql": """
        INSERT INTO index_notification (registry_id, body, received_at, state, problem)
        SELECT :registry, :body, :now, 'new', ''
        FROM set_config('synchronous_commit', 'off', true)
    """,
}
_SPAN = """
SELECT COALESCE((SELECT MAX(id) FROM index_notification WHERE state = 'new')
              - (SELECT MIN(id) FROM index_notification WHERE state = 'new'), 0)
"""


class _Inbox:
    """What this process knows of it."""

    looked_at = 0.0
    is_full = False
    is_waking = False


def keep(registry: int, body: bytes) -> None:
    """Keep a body as it came."""
    run(_KEEP[connection.vendor], {"registry": registry, "body": body, "now": now()})


def has_room() -> bool:
    """Whether there is room for more; looked at once a second, by the numbers of the rows."""
    present = time.monotonic()
    if present - _Inbox.looked_at >= _LOOK_EVERY:
        _Inbox.looked_at = present
        [(span,)] = run(_SPAN, {})
        _Inbox.is_full = span >= MOST_WAITING
    return not _Inbox.is_full


def wake_worker() -> None:
    """Have the inbox applied in a moment: one message for all that comes until then.

    A process that ends meanwhile sends none: then beat does, within ten seconds.
    """
    if not _Inbox.is_waking:
        _Inbox.is_waking = True
        timer = threading.Timer(_WAKE_AFTER, _wake)
        timer.daemon = True
        timer.start()


def forget() -> None:
    """Look anew."""
    _Inbox.looked_at, _Inbox.is_full = 0.0, False


def _wake() -> None:
    _Inbox.is_waking = False
    start_now(apply_notifications)
