"""Housekeeping of tokens and keys."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from index.models import WorkloadLogin
from tokenauth.key_rotation import look_after_keys
from tokenauth.models import RefreshToken, WorkloadSecret

_KEEP_ENDED = timedelta(days=30)
_MOST_AT_ONCE = 5_000


@shared_task
def prune_refresh_tokens() -> None:
    """Delete refresh tokens that ended a month ago."""
    line = timezone.now() - _KEEP_ENDED
    RefreshToken.objects.filter(
        Q(expires_at__lt=line) | Q(idle_expires_at__lt=line) | Q(revoked_at__lt=line)
    ).delete()


@shared_task
def prune_workload_logins() -> None:
    """Delete ended secrets of CI jobs, and log-ins that ended a month ago and built no tag.

    A month is far longer than an ID token can live, so none can be exchanged again (a memory that
    was shorter than the leeway let tokens be replayed at PyPI).
    """
    now = timezone.now()
    WorkloadSecret.objects.filter(expires_at__lt=now).delete()
    ended = WorkloadLogin.objects.filter(expires_at__lt=now - _KEEP_ENDED, tags=None)
    oldest = list(ended.order_by("pk").values_list("pk", flat=True)[:_MOST_AT_ONCE])
    WorkloadLogin.objects.filter(pk__in=oldest).delete()


@shared_task
def rotate_due_signing_key() -> None:
    """Make the next key in time, and let it sign when it is due and every registry takes it."""
    look_after_keys()
