"""Work beside the requests, in a thread of each process that serves them: nobody waits for it.

What it has not done when the process ends is lost, so it is for what helps and not for what counts.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import connection

log = logging.getLogger(__name__)


def keep_doing(task: Callable[[], None], *, every: float, name: str) -> None:
    """Do the task every so many seconds until the process ends, whatever goes wrong."""
    threading.Thread(target=_do_for_ever, args=(task, every, name), name=name, daemon=True).start()


def _do_for_ever(task: Callable[[], None], every: float, name: str) -> None:
    while True:
        time.sleep(every)
        try:
            task()
        except Exception:  # the thread outlives whatever happens to a database
            log.exception("%s could not be written", name)
        connection.close()
