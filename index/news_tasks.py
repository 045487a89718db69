"""Background work about news: handing activities on, webhooks, mails to watchers."""

from __future__ import annotations

from celery import shared_task

from index.flows.mail_watchers import mail_due_watchers
from index.flows.tell_activity import tell_activities
from index.webhooks import pruning, sending


@shared_task
def tell_activity(_activity_id: int = 0) -> None:
    """Hand on to webhooks and watchers whatever nobody was told of yet, and start to send."""
    told = 0
    while batch := tell_activities():
        told += batch
    if told:
        deliver.delay()


@shared_task
def send_soon(_webhook_id: int = 0) -> None:
    """Send what is due: somebody waits for a test."""
    sending.send_due()


@shared_task
def deliver() -> None:
    """Send what is due to webhooks."""
    sending.send_due()


@shared_task
def mail_watchers() -> None:
    """Mail watchers what happened since their last mail."""
    mail_due_watchers()


@shared_task
def prune_deliveries() -> None:
    """Delete deliveries that are older than they are kept."""
    pruning.prune()
