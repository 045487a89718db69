"""Create an account and claim its namespace, both or neither."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import IntegrityError, transaction

from accounts.errors import EmailRefused, NameTaken, PasswordRefused
from accounts.models import Namespace, User
from accounts.names import check_user_name

_LONGEST_EMAIL = 254  # what the column holds; PostgreSQL would answer more with a 500


def check_signup(*, username: str, email: str, password: str) -> None:
    """Raise NameInvalid, NameReserved, NameTaken, EmailRefused or PasswordRefused."""
    check_user_name(username)
    if Namespace.objects.filter(name=username).exists():
        raise NameTaken(_taken(username))
    try:
        validate_email(email)
        MaxLengthValidator(_LONGEST_EMAIL)(email)
    except ValidationError as error:
        raise EmailRefused(" ".join(error.messages)) from error
    try:
        validate_password(password, User(username=username, email=email))
    except ValidationError as error:
        raise PasswordRefused(" ".join(error.messages)) from error


def create_user(*, username: str, email: str, password: str) -> User:
    """Create the user, the namespace of the same name and the still unproven e-mail address.

    Raises what check_signup raises; a name that someone claims at the same moment is NameTaken.
    """
    check_signup(username=username, email=email, password=password)
    user = User(username=username, email=User.objects.normalize_email(email))
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            Namespace.objects.create(name=username, user=user)
            EmailAddress.objects.create(user=user, email=user.email.lower(), primary=True)
    except IntegrityError as error:
        raise NameTaken(_taken(username)) from error
    return user


def _taken(username: str) -> str:
    return f"The name {username} is taken. Choose another one."
