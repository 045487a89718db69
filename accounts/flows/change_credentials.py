"""Change one's password or e-mail address, both or neither, where no page is involved."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.account.signals import password_changed
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts.errors import EmailRefused, PasswordRefused
from accounts.models import User


def change_credentials(user: User, *, email: str | None, password: str | None) -> None:
    """Set what is given; raise EmailRefused or PasswordRefused before anything is changed.

    A new address waits to be verified in the page and replaces nothing before. A new password
    ends every session and, by allauth's signal, every login of a docker.
    """
    try:
        if email is not None:
            validate_email(email)
    except ValidationError as error:
        raise EmailRefused(error.messages[0]) from error
    try:
        if password is not None:
            validate_password(password, user)
    except ValidationError as error:
        raise PasswordRefused(" ".join(error.messages)) from error
    with transaction.atomic():
        if email is not None:
            _await_verification(user, email.lower())
        if password is not None:
            user.set_password(password)
            user.save(update_fields=["password"])
            password_changed.send(sender=User, request=None, user=user)


def _await_verification(user: User, email: str) -> None:
    """Keep one address waiting, the latest: whoever asks often fills no table."""
    addresses = EmailAddress.objects.filter(user=user)
    addresses.filter(verified=False, primary=False).exclude(email=email).delete()
    addresses.get_or_create(email=email, defaults={"user": user})
