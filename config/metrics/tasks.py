"""Counting background tasks: name, what became of them, how long they took."""

from __future__ import annotations

import time
from typing import Any

from celery.signals import task_postrun, task_prerun

from accounts import metrics

_began: dict[str, float] = {}


@task_prerun.connect
def note_begin(task_id: str, **_: Any) -> None:
    """Remember when it began."""
    _began[task_id] = time.perf_counter()


@task_postrun.connect
def note_end(task_id: str, task: Any, state: str | None = None, **_: Any) -> None:
    """Count it, however it ended."""
    began = _began.pop(task_id, None)
    outcome = {"SUCCESS": "done", "FAILURE": "failed", "RETRY": "again"}.get(state or "", "failed")
    metrics.TASKS.add(task.name, outcome)
    if began is not None:
        metrics.TASK_SECONDS.observe(time.perf_counter() - began, task.name)
