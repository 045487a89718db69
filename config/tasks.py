"""The sign of life of the background worker, and mails that a server did not take at first."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any

from celery import shared_task
from django.core.cache import cache

from accounts.redis_client import connect_briefly
from config.mail import SmtpBackend, is_final, unpacked

HEARTBEAT_KEY = "worker-heartbeat"
HEARTBEAT_SECONDS = 60
_FIRST_PAUSE = 60  # seconds; twice as long after each try
_LONGEST_PAUSE = 1_800  # below the hour after which the queue hands a task to another worker
_TRIES = 50  # for a day


def waiting_tasks() -> int:
    """Return how many messages to the worker none has taken yet; raises RedisError."""
    with connect_briefly() as redis:
        return int(redis.llen("celery"))


@shared_task
def heartbeat() -> None:
    """Leave a mark that `/readyz` looks for."""
    cache.set(HEARTBEAT_KEY, "beating", HEARTBEAT_SECONDS)


@shared_task(bind=True, max_retries=_TRIES)
def send_mail_again(self: Any, mail: str) -> None:
    """Send a mail that the server did not take; the last try fails loudly."""
    try:
        SmtpBackend().send_now(unpacked(mail))
    except (SMTPException, OSError) as error:
        if is_final(error):
            return
        pause = min(_FIRST_PAUSE * 2 ** min(self.request.retries, 10), _LONGEST_PAUSE)
        raise self.retry(countdown=pause, exc=error) from error
