"""The Celery app; its timetable and broker are in settings."""

from __future__ import annotations

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init, worker_ready

from config.stack_room import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("waybill")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def _start_worker(**_: Any) -> None:
    from config.start import refuse_without_signing_key  # settings are ready only now

    refuse_without_signing_key()
    count_tasks()
    give_room(app)


def give_room(of: Celery) -> None:
    """Give each task room for its frames; all are known when a worker starts.

    Not in `Task.__call__`: Celery would push each request twice.
    """
    for task in of.tasks.values():
        task.run = with_room(task.run)  # type: ignore[method-assign]


@worker_process_init.connect
def count_tasks(**_: Any) -> None:
    """Count tasks, and hand the counts over: in the worker, or in each of its processes."""
    from accounts import metrics  # settings are ready only now
    from config import tracing
    from config.metrics import tasks  # noqa: F401 - listens

    metrics.keep_writing()
    tracing.begin()


@worker_ready.connect
def leave_what_is_there_alone(**_: Any) -> None:
    """Let the garbage collector look at what tasks make, and not at all of Django each time.

    That was a third of reading a large batch of notifications.
    """
    gc.collect()
    gc.freeze()
