"""Create the account of someone whom the directory or the identity provider has vouched for."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import EmailRefused, NameTaken
from accounts.models import Namespace, User
from accounts.names import check_user_name
from accounts.principals import Principal

_LONGEST_EMAIL = 254  # what the column holds
_LONGEST_DISPLAY_NAME = 80


def create_external_user(
    *, username: str, email: str, is_proven: bool, source: str, display_name: str = ""
) -> User:
    """Create the user without a password of ours, the namespace and the e-mail address.

    `is_proven` says that whoever vouches has verified the address; otherwise a code is asked for,
    and nothing is said of an address that somebody has: its owner hears of it by mail (case 13).
    An account that is there already is never taken over, whatever name or address it has: raises
    NameInvalid, NameReserved, NameTaken or EmailRefused.
    """
    check_user_name(username)
    _check_email(email)
    is_proven = is_proven and email.isascii()  # lower case may make another mailbox of letters
    if Namespace.objects.filter(name=username).exists():
        raise NameTaken(_taken(username))
    if is_proven and is_address_of_someone(email):
        message = _("The address %(email)s belongs to an account already.") % {"email": email}
        raise EmailRefused(message)
    user = User(username=username, email=User.objects.normalize_email(email))
    user.display_name = _printable(display_name)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
            namespace = Namespace.objects.create(name=username, user=user)
            EmailAddress.objects.create(
                user=user, email=user.email.lower(), primary=True, verified=is_proven
            )
            by = Principal(user, credential=source)
            record(
                AuditAction.ACCOUNT_CREATED, by=by, namespace=namespace, user=user, target=username
            )
    except IntegrityError as error:  # someone else was quicker
        raise NameTaken(_taken(username)) from error
    return user


def is_address_of_someone(email: str) -> bool:
    """Whether someone has proven that the address is theirs."""
    return bool(EmailAddress.objects.filter(email=email.lower(), verified=True).exists())


def _check_email(email: str) -> None:
    try:
        validate_email(email)
        MaxLengthValidator(_LONGEST_EMAIL)(email)
    except ValidationError as error:
        raise EmailRefused(" ".join(error.messages)) from error


def _printable(name: str) -> str:
    """Return the name for people; it is decoration, so what cannot be shown is left out."""
    return name if name.isprintable() and len(name) <= _LONGEST_DISPLAY_NAME else ""


def _taken(username: str) -> str:
    return _("The name %(username)s is taken. Choose another one.") % {"username": username}
