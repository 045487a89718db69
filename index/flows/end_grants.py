"""Grants until a date: say so before they end, and tidy up long after. The policy ends them itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.mail_kinds import MailKind
from index.access import admins_of
from index.grantees import name_of
from index.mails import send_after_commit
from index.models import AccessGrant, AccessRequest, Repository

WARN_BEFORE = timedelta(days=7)
_KEEP_ENDED = timedelta(days=90)  # shown as ended on the page until then
_KEEP_REQUESTS = timedelta(days=90)


def warn_of_end(grant_id: int) -> None:
    """Mail grantee and admins once; whoever claims the row first does it."""
    with transaction.atomic():
        claimed = AccessGrant.objects.filter(pk=grant_id, warned_at=None)
        if not claimed.update(warned_at=timezone.now()):
            return
        grants = AccessGrant.objects.select_related(
            "repository", "user", "team__organization", "robot__namespace", "robot__responsible"
        )
        grant = grants.get(pk=grant_id)
        facts: dict[str, Any] = {
            "repository": grant.repository.name,
            "role": grant.role,
            "until": grant.expires_at,
            "grantee": name_of(grant.grantee),
        }
        if grant.user:
            send_after_commit("grant_ends", to=[grant.user], kind=MailKind.ACCESS, **facts)
        others = [user for user in admins_of(grant.repository) if user != grant.user]
        responsible = grant.robot.responsible if grant.robot else None
        if responsible and responsible not in others:
            others.append(responsible)
        send_after_commit("grant_of_other_ends", to=others, kind=MailKind.ACCESS, **facts)


def grants_that_end_soon() -> list[int]:
    """Return the ids of grants that nobody was warned of."""
    now = timezone.now()
    due = AccessGrant.objects.filter(
        warned_at=None, expires_at__gt=now, expires_at__lte=now + WARN_BEFORE
    ).exclude(expires_at__lte=F("created_at") + WARN_BEFORE)  # short from the start: they know
    live = due.filter(repository__in=Repository.objects.live().values("pk"))
    return list(live.order_by("expires_at").values_list("pk", flat=True))


def forget_the_past() -> None:
    """Delete grants that ended long ago, and requests that were answered, or never were."""
    now = timezone.now()
    AccessGrant.objects.filter(expires_at__lt=now - _KEEP_ENDED).delete()
    AccessRequest.objects.filter(created_at__lt=now - _KEEP_REQUESTS).delete()
