"""Housekeeping of tokens and keys."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from tokenauth.models import RefreshToken
from tokenauth.signing.keys import signing_keys

_KEEP_ENDED = timedelta(days=30)


@shared_task
def prune_refresh_tokens() -> None:
    """Delete refresh tokens that ended a month ago."""
    line = timezone.now() - _KEEP_ENDED
    RefreshToken.objects.filter(
        Q(expires_at__lt=line) | Q(idle_expires_at__lt=line) | Q(revoked_at__lt=line)
    ).delete()


@shared_task
def rotate_due_signing_key() -> None:
    """Make the next leaf when the current one has a third of its life left."""
    if signing_keys.current().is_due(timezone.now()):
        signing_keys.rotate(settings.PUBLIC_HOST)
