"""The accounts' half of closing an account: credentials, memberships, and what is personal.

index.flows.close_account is the whole of it; a person never comes here directly.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import AccountInUse
from accounts.flows.memberships import leave_organization, owned_alone
from accounts.kept_answers import forget_of
from accounts.mails import send_after_commit
from accounts.models import (
    AuditEvent,
    DirectoryAccount,
    Invitation,
    MailChoice,
    PersonalAccessToken,
    Picture,
    RobotAccount,
    RobotSecret,
    User,
)
from accounts.principals import Principal
from accounts.signals import machines_logged_out


def check_nothing_in_the_way(user: User) -> None:
    """Raise AccountInUse with the names of the organizations that would be left alone."""
    if names := list(owned_alone(user).order_by("name").values_list("name", flat=True)):
        message = _(
            "You are the last owner of %(names)s. Make someone else an owner there, or "
            "delete the organization, first."
        ) % {"names": ", ".join(names)}
        raise AccountInUse(message)


def close(user: User, *, by: Principal) -> None:
    """Close the account; inside the transaction that has locked its row.

    The row stays, so that the name stays taken and the audit's subject means one person for ever.
    """
    check_nothing_in_the_way(user)
    record(
        AuditAction.ACCOUNT_CLOSED,
        by=by,
        namespace=user.namespace,
        user=user,
        target=user.username,
    )
    send_after_commit("account_closed", to=[user], username=user.username)
    memberships = user.memberships.filter(organization__deleted_at=None)
    for membership in memberships.order_by("organization_id"):  # locked one by one: in one order
        leave_organization(membership, by=by)
    _end_credentials(user)
    _erase(user)


def _end_credentials(user: User) -> None:
    now = timezone.now()
    PersonalAccessToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    robots = RobotAccount.objects.filter(namespace__user=user)
    RobotSecret.objects.filter(robot__in=robots, revoked_at=None).update(revoked_at=now)
    robots.filter(disabled_at=None).update(disabled_at=now)
    Authenticator.objects.filter(user=user).delete()
    machines_logged_out.send(sender=User, user=user)
    for session in UserSession.objects.filter(user=user):
        session.end()


def _erase(user: User) -> None:
    # What somebody else may have proven by now is not this person's to delete.
    proven = EmailAddress.objects.filter(user=user, verified=True)
    addresses = list(proven.values_list("email", flat=True))
    Invitation.objects.filter(Q(user=user) | Q(email__in=addresses)).delete()
    EmailAddress.objects.filter(user=user).delete()
    Picture.objects.filter(user=user).delete()
    MailChoice.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    DirectoryAccount.objects.filter(user=user).delete()
    # Who did what stays; from where, with which browser and from which mailbox goes.
    AuditEvent.objects.forget_whereabouts(f"user:{user.pk}")
    forget_of(f"user:{user.pk}")
    user.email = user.display_name = user.location = user.link = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.closed_at = timezone.now()
    user.set_unusable_password()
    user.save()
