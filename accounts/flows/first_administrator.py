"""The first administrator comes by a one-time link, never by a default password."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction
from django.db.models import F

from accounts.flows.signup import create_user
from accounts.models import Namespace, User
from accounts.models.namespace import ROOT_NAMESPACE

_SALT = "first-administrator"
LINK_SECONDS = 24 * 3600


class SetupLinkInvalid(Exception):
    """The link is forged, older than a day, or an administrator exists already."""


def make_setup_token() -> str | None:
    """Return the secret part of a set-up link, or None when there is an administrator already."""
    if _administrator_exists():
        return None
    return signing.dumps("setup", salt=_SALT)


def check_setup_token(token: str) -> None:
    """Raise SetupLinkInvalid unless the link may still be used."""
    try:
        signing.loads(token, salt=_SALT, max_age=LINK_SECONDS)
    except signing.BadSignature as error:
        raise SetupLinkInvalid from error
    if _administrator_exists():
        raise SetupLinkInvalid


def create_first_administrator(*, token: str, username: str, email: str, password: str) -> User:
    """Create the administrator; the address counts as proven, for there may be no mail yet.

    Raises SetupLinkInvalid and what create_user raises.
    """
    with transaction.atomic():
        # Writing this row lets one of two simultaneous requests wait for the other.
        Namespace.objects.filter(name=ROOT_NAMESPACE).update(name=F("name"))
        check_setup_token(token)
        user = create_user(username=username, email=email, password=password)
        user.is_superuser = user.is_staff = True
        user.save(update_fields=["is_superuser", "is_staff"])
        EmailAddress.objects.filter(user=user).update(verified=True)
    return user


def _administrator_exists() -> bool:
    return User.objects.filter(is_superuser=True, is_active=True).exists()
