"""Background work around the trash. Arguments are ids alone; each task may run twice without harm."""

from __future__ import annotations

from celery import shared_task

from index import trash
from index.flows.continue_tag_deletions import continue_tag_deletions as run_tag_deletions
from index.flows.continue_tag_deletions import due_repositories
from index.flows.restore_repository import warn_of_purge
from index.flows.retention_rules import apply_retention_rules as run_retention_rules
from index.flows.retention_rules import due_for_retention
from index.tag_trash import forget_the_past


@shared_task
def warn_of_emptied_trash() -> None:
    """Mail owners a day before what they have in the trash goes for good."""
    for deletion_id in trash.due_for_warning():
        warn_of_purge(deletion_id)


@shared_task
def continue_tag_deletions(repository_id: int) -> None:
    """Go on with what was asked of the tags of one repository."""
    run_tag_deletions(repository_id)


@shared_task
def sweep_tag_deletions() -> None:
    """Go on wherever something is due."""
    for repository_id in due_repositories():
        run_tag_deletions(repository_id)


@shared_task
def apply_retention_rules() -> None:
    """Run the rules that were not run today, and forget what deletions did long ago."""
    forget_the_past()
    for repository_id in due_for_retention():
        if run_retention_rules(repository_id):
            run_tag_deletions(repository_id)
