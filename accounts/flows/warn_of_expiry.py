"""Tell people a week and a day before a token or a robot's secret ends; once each."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.mail_kinds import MailKind
from accounts.mails import send_after_commit
from accounts.models import PersonalAccessToken, RobotAccount, RobotSecret
from accounts.namespace_holders import holders_of

_STAGES = (timedelta(days=1), timedelta(days=7))
_BATCH = 500


def warn_of_expiry() -> None:
    """Send every mail that is due."""
    for ahead in _STAGES:
        for token in due_tokens(ahead):
            _warn_of_token(token)
        for secret in due_secrets(ahead):
            _warn_of_secret(secret)


def due_tokens(ahead: timedelta) -> list[PersonalAccessToken]:
    """Return the tokens whose owners are to hear of an end so near."""
    rows = PersonalAccessToken.objects.usable().filter(_is_due(ahead), user__is_active=True)
    return list(rows.select_related("user").order_by("expires_at")[:_BATCH])


def due_secrets(ahead: timedelta) -> list[RobotSecret]:
    """Return the secrets of robots that act."""
    acting = RobotAccount.objects.enabled()
    rows = RobotSecret.objects.usable().filter(_is_due(ahead), robot__in=acting)
    related = rows.select_related("robot__namespace", "robot__responsible")
    return list(related.order_by("expires_at")[:_BATCH])


def _is_due(ahead: timedelta) -> Q:
    """Ends within `ahead`, and nobody was told since then; what was made to end soon is known."""
    told_before = Q(warned_at=None) | Q(warned_at__lt=F("expires_at") - ahead)
    return Q(
        told_before,
        expires_at__lte=timezone.now() + ahead,
        created_at__lt=F("expires_at") - ahead - timedelta(days=1),
    )


def _warn_of_token(token: PersonalAccessToken) -> None:
    with transaction.atomic():
        rows = PersonalAccessToken.objects.filter(pk=token.pk, warned_at=token.warned_at)
        if rows.update(warned_at=_now()):  # of two workers, one
            send_after_commit("token_expires", to=[token.user], kind=MailKind.EXPIRY, token=token)


def _warn_of_secret(secret: RobotSecret) -> None:
    robot = secret.robot
    people = [robot.responsible] if robot.responsible else holders_of(robot.namespace)
    with transaction.atomic():
        rows = RobotSecret.objects.filter(pk=secret.pk, warned_at=secret.warned_at)
        if rows.update(warned_at=_now()):
            send_after_commit(
                "robot_secret_expires",
                to=people,
                kind=MailKind.EXPIRY,
                robot=robot.full_name,
                secret=secret,
            )


def _now() -> datetime:
    return timezone.now()
