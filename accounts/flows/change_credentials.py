"""Change one's password or e-mail address, both or neither, where no page is involved."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import EmailRefused, PasswordRefused
from accounts.history import masked
from accounts.models import DirectoryAccount, User
from accounts.principals import Principal


def change_credentials(user: User, *, email: str | None, password: str | None) -> None:
    """Set what is given; raise EmailRefused or PasswordRefused before anything is changed.

    A new address waits to be verified in the page and replaces nothing before. A new password
    ends every session and every login of a docker.
    """
    try:
        if email is not None:
            validate_email(email)
    except ValidationError as error:
        raise EmailRefused(error.messages[0]) from error
    if password is not None and DirectoryAccount.objects.filter(user=user).exists():
        message = _(
            "The password of this account is kept in the company's directory: change it there"
        )
        raise PasswordRefused(message)
    try:
        if password is not None:
            validate_password(password, user)
    except ValidationError as error:
        raise PasswordRefused(" ".join(error.messages)) from error
    with transaction.atomic():
        if email is not None:
            _await_verification(user, email.lower())
            record(
                AuditAction.EMAIL_ADDED, by=Principal(user), user=user, target=masked(email.lower())
            )
        if password is not None:
            user.set_password(password)
            user.save(update_fields=["password"])
            record(AuditAction.PASSWORD_CHANGED, by=Principal(user), user=user)


def _await_verification(user: User, email: str) -> None:
    """Keep one address waiting, the latest: whoever asks often fills no table."""
    addresses = EmailAddress.objects.filter(user=user)
    addresses.filter(verified=False, primary=False).exclude(email=email).delete()
    addresses.get_or_create(email=email, defaults={"user": user})
