"""Invitations to make an account: sent by administrators, used once, for one e-mail address."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import EmailRefused, NotAllowed
from accounts.limits import SITE_INVITATIONS
from accounts.mails import send_after_commit
from accounts.models import Invitation
from accounts.opaque_tokens import make_opaque_token, parse_opaque_token
from accounts.organization_policy import is_owner
from accounts.principals import Principal
from accounts.ratelimits import count, refuse_above

PREFIX = "wbi"
_LIFETIME = timedelta(days=7)


def invite_to_site(email: str, *, by: Principal) -> Invitation:
    """Invite someone to make an account; an open invitation of that address is replaced.

    The answer is the same for an address that has an account: its mail leads to the log-in.
    """
    _check_administrator(by)
    email = _checked(email)
    refuse_above(SITE_INVITATIONS, by.subject)
    count(SITE_INVITATIONS, by.subject)
    token = make_opaque_token(PREFIX)
    with transaction.atomic():
        Invitation.objects.open().filter(organization=None, email=email).update(
            revoked_at=timezone.now()
        )
        invitation = Invitation.objects.create(
            email=email,
            selector=token.selector,
            secret_digest=token.digest,
            invited_by=by.user,
            expires_at=timezone.now() + _LIFETIME,
        )
        record(AuditAction.SITE_INVITATION_SENT, by=by, target=email)
        link = f"{settings.PUBLIC_URL}/accounts/signup/?invitation={token.value}"
        send_after_commit("site_invitation", to=[email], link=link, inviter=by.name)
    return invitation


def revoke_site_invitation(invitation: Invitation, *, by: Principal) -> None:
    """Take an invitation back; one that was used or has ended stays as it is."""
    _check_administrator(by)
    with transaction.atomic():
        open_ones = Invitation.objects.open().filter(organization=None, pk=invitation.pk)
        if open_ones.update(revoked_at=timezone.now()):
            record(AuditAction.SITE_INVITATION_REVOKED, by=by, target=invitation.email)


def find_invitation(text: str, *, email: str = "") -> Invitation | None:
    """Return the open invitation that a link carries; with `email`, only that address's.

    An organization's invitation by mail opens sign-up as well, once: it is accepted afterwards. None
    holds longer than its sender may send such.
    """
    token = parse_opaque_token(text, PREFIX)
    if token is None:
        return None
    waiting = Invitation.objects.open().filter(selector=token.selector, user=None)
    found = waiting.select_related("organization", "invited_by").first()
    if found is None or not token.matches(found.secret_digest):
        return None
    if email and found.email.lower() != email.lower():
        return None
    return found if _may_still_be_sent(found) and not _made_an_account(found) else None


def use_site_invitation(invitation: Invitation) -> bool:
    """Note that the account is made; inside its transaction, before. False if someone was quicker."""
    open_ones = Invitation.objects.open().filter(pk=invitation.pk)
    if invitation.organization_id is not None:  # accepting it is a step of its own
        held = open_ones.select_for_update().first()
        return held is not None and not _made_an_account(held)
    return open_ones.update(accepted_at=timezone.now()) == 1


def _may_still_be_sent(invitation: Invitation) -> bool:
    sender, organization = invitation.invited_by, invitation.organization
    if sender is None or not sender.is_active:
        return False
    return is_owner(Principal(sender), organization) if organization else sender.is_superuser


def _made_an_account(invitation: Invitation) -> bool:
    """Whether somebody signed up with the address since; else one link would make any number."""
    claims = EmailAddress.objects.filter(email=invitation.email.lower())
    return bool(claims.filter(user__date_joined__gte=invitation.created_at).exists())


def _check_administrator(by: Principal) -> None:
    if not by.is_administrator:
        message = _("only administrators of this site may invite people to it")
        raise NotAllowed(message)


def _checked(email: str) -> str:
    try:
        validate_email(email)
    except ValidationError as error:
        raise EmailRefused(error.messages[0]) from error
    return email.lower()
