"""Secrets of robots: add, rotate with overlap, revoke."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import CredentialRefused
from accounts.expiry import check_expiry, renewed
from accounts.mails import send_after_commit
from accounts.models import RobotAccount, RobotSecret, User
from accounts.opaque_tokens import make_opaque_token
from accounts.people_only import check_holder
from accounts.principals import Principal
from accounts.profile_text import check_line

MOST_SECRETS = 10  # in use at once, per robot
OVERLAPS_IN_HOURS = (0, 1, 24, 72, 168)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret, and what people get to see once."""

    secret: RobotSecret
    value: str

    def __repr__(self) -> str:
        """Hide the secret."""
        return f"NewSecret({self.secret})"


def add_secret(
    robot: RobotAccount, *, label: str, expires_at: datetime | None, by: Principal
) -> NewSecret:
    """Give the robot one more secret. Raises NotAllowed, CredentialRefused, TextRefused."""
    user = check_holder(by, robot.namespace)
    check_line(label, what=_("The label"), longest=80)
    check_expiry(expires_at)
    with transaction.atomic():
        RobotAccount.objects.select_for_update().get(pk=robot.pk)
        if RobotSecret.objects.usable().filter(robot=robot).count() >= MOST_SECRETS:
            message = _("%(robot)s has %(most_secrets)s secrets in use. Revoke one first.") % {
                "robot": robot,
                "most_secrets": MOST_SECRETS,
            }
            raise CredentialRefused(message)
        made = _make(robot, label=label, expires_at=expires_at, user=user)
        _note(made.secret, AuditAction.ROBOT_SECRET_CREATED, by)
        return made


def rotate_secret(secret: RobotSecret, *, overlap_hours: int, by: Principal) -> NewSecret:
    """Make a successor now, and let the old one end in so many hours: 0 is at once."""
    user = check_holder(by, secret.robot.namespace)
    if overlap_hours not in OVERLAPS_IN_HOURS:
        message = _("Choose an overlap of %(overlaps_in_hours)s hours.") % {
            "overlaps_in_hours": ", ".join(map(str, OVERLAPS_IN_HOURS))
        }
        raise CredentialRefused(message)
    with transaction.atomic():
        old = _lock(secret)
        if old.revoked_at or old.is_expired:
            message = _("That secret has ended already. Add a new one.")
            raise CredentialRefused(message)
        made = _make(
            old.robot,
            label=old.label,
            expires_at=renewed(old.created_at, old.expires_at),
            user=user,
        )
        end = timezone.now() + timedelta(hours=overlap_hours)
        old.expires_at = min(end, old.expires_at or end)
        old.revoked_at = None if overlap_hours else end
        old.warned_at = end  # nobody needs to be told of an end that was chosen
        old.save(update_fields=["expires_at", "revoked_at", "warned_at"])
        _note(made.secret, AuditAction.ROBOT_SECRET_ROTATED, by, replaces=old.public_part)
        return made


def revoke_secret(secret: RobotSecret, *, by: Principal) -> None:
    """End it at once."""
    check_holder(by, secret.robot.namespace, ends=True)
    with transaction.atomic():
        ended = RobotSecret.objects.filter(pk=secret.pk, revoked_at=None)
        if ended.update(revoked_at=timezone.now()):
            _note(secret, AuditAction.ROBOT_SECRET_REVOKED, by)


def _lock(secret: RobotSecret) -> RobotSecret:
    rows = RobotSecret.objects.select_for_update(of=("self",))
    return rows.select_related("robot__namespace", "robot__responsible").get(pk=secret.pk)


def _make(robot: RobotAccount, *, label: str, expires_at: datetime | None, user: User) -> NewSecret:
    token = make_opaque_token(RobotSecret.PREFIX)
    row = RobotSecret.objects.create(
        robot=robot,
        label=label,
        selector=token.selector,
        secret_digest=token.digest,
        created_by=user,
        expires_at=expires_at,
    )
    return NewSecret(row, token.value)


def _note(secret: RobotSecret, action: AuditAction, by: Principal, **details: Any) -> None:
    robot = secret.robot
    record(
        action,
        by=by,
        namespace=robot.namespace,
        target=robot.full_name,
        secret=secret.public_part,
        label=secret.label,
        expires=secret.expires_at.isoformat() if secret.expires_at else "",
        **details,
    )
    people = {person for person in (robot.responsible, by.user) if person}
    change = f"secret-{action.rpartition(':')[2]}"
    send_after_commit(
        "robot_changed", to=people, robot=robot.full_name, change=change, by=by.name, secret=secret
    )
