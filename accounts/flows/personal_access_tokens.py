"""Personal access tokens: create, rotate, revoke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import CredentialRefused, NotAllowed
from accounts.expiry import check_expiry, renewed
from accounts.mails import send_after_commit
from accounts.models import PersonalAccessToken, User
from accounts.opaque_tokens import make_opaque_token
from accounts.people_only import check_person
from accounts.principals import Principal
from accounts.profile_text import check_line
from accounts.token_limits import TokenLimits, read_networks

MOST_TOKENS = 100
_ACTION_ORDER = ("push", "delete")


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token, and what its owner gets to see once."""

    token: PersonalAccessToken
    value: str

    def __repr__(self) -> str:
        """Hide the secret."""
        return f"NewToken({self.token})"


def create_token(
    user: User,
    *,
    name: str,
    limits: TokenLimits,
    networks: Sequence[str],
    expires_at: datetime | None,
    by: Principal,
) -> NewToken:
    """Make a token of one's own. Raises CredentialRefused, NotAllowed; `limits` by read_limits."""
    _check_own(user, by)
    row = PersonalAccessToken(
        user=user,
        name=check_label(name),
        patterns=list(limits.patterns),
        actions=[action for action in _ACTION_ORDER if action in limits.actions],
        api_parts=sorted(limits.api_parts),
        networks=list(read_networks(networks)),
        expires_at=check_expiry(expires_at),
    )
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two at once count one after the other
        if PersonalAccessToken.objects.usable().filter(user=user).count() >= MOST_TOKENS:
            message = _(
                "You have %(most_tokens)s access tokens. Revoke those not needed any more."
            ) % {"most_tokens": MOST_TOKENS}
            raise CredentialRefused(message)
        return _keep(row, by=by, action=AuditAction.TOKEN_CREATED)


def rotate_token(token: PersonalAccessToken, *, by: Principal) -> NewToken:
    """Put a new secret with the same limits and the same length of life in place of this one."""
    _check_own(token.user, by)
    with transaction.atomic():
        old = PersonalAccessToken.objects.select_for_update().get(pk=token.pk)
        if old.revoked_at:
            message = _("The token is revoked. Make a new one.")
            raise CredentialRefused(message)
        PersonalAccessToken.objects.filter(pk=old.pk).update(revoked_at=timezone.now())
        successor = PersonalAccessToken(
            user=token.user,
            name=old.name,
            patterns=old.patterns,
            actions=old.actions,
            api_parts=old.api_parts,
            networks=old.networks,
            expires_at=renewed(old.created_at, old.expires_at),
        )
        return _keep(successor, by=by, action=AuditAction.TOKEN_ROTATED, replaces=old.public_part)


def revoke_token(token: PersonalAccessToken, *, by: Principal) -> None:
    """End it; doors refuse it at once, the gateway what was got with it as well."""
    _check_own(token.user, by)
    with transaction.atomic():
        ended = PersonalAccessToken.objects.filter(pk=token.pk, revoked_at=None)
        if ended.update(revoked_at=timezone.now()):
            _note(token, by=by, action=AuditAction.TOKEN_REVOKED)


def revoke_all_tokens(user: User, *, by: Principal) -> int:
    """End all of them; return how many."""
    _check_own(user, by)
    with transaction.atomic():
        mine = PersonalAccessToken.objects.usable().select_for_update().filter(user=user)
        usable = list(mine.order_by("pk"))
        for token in usable:
            revoke_token(token, by=by)
    return len(usable)


def check_label(name: str) -> str:
    """Return the name of a token or secret unchanged; raise CredentialRefused or TextRefused."""
    if not name.strip():
        message = _("The name says what the token is for, like: laptop, or nightly build.")
        raise CredentialRefused(message)
    return check_line(name, what=_("The name"), longest=80)


def _check_own(user: User, by: Principal) -> None:
    if check_person(by) != user:
        message = _("Access tokens are made and revoked by their owner alone.")
        raise NotAllowed(message)


def _keep(
    row: PersonalAccessToken, *, by: Principal, action: AuditAction, **details: Any
) -> NewToken:
    secret = make_opaque_token(PersonalAccessToken.PREFIX)
    row.selector, row.secret_digest = secret.selector, secret.digest
    row.save()
    _note(row, by=by, action=action, **details)
    return NewToken(row, secret.value)


def _note(
    token: PersonalAccessToken, *, by: Principal, action: AuditAction, **details: Any
) -> None:
    record(
        action,
        by=by,
        user=token.user,
        target=token.public_part,
        name=token.name,
        repositories=token.patterns,
        actions=sorted(token.limits.actions),
        api_parts=token.api_parts,
        networks=token.networks,
        expires=token.expires_at.isoformat() if token.expires_at else "",
        **details,
    )
    send_after_commit(
        "token_changed", to=[token.user], token=token, change=action.rpartition(":")[2]
    )
