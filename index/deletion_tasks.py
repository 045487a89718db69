"""Background work around the trash. Arguments are ids alone; each task may run twice without harm."""

from __future__ import annotations

from celery import shared_task

from index import trash
from index.flows.restore_repository import warn_of_purge


@shared_task
def warn_of_emptied_trash() -> None:
    """Mail owners a day before what they have in the trash goes for good."""
    for deletion_id in trash.due_for_warning():
        warn_of_purge(deletion_id)
