"""Two factors: who has set them up, and of whom they are demanded."""

from __future__ import annotations

from django.conf import settings

from accounts.errors import SecondFactorRequired
from accounts.models import User


def check_password_suffices(user: User) -> None:
    """Raise SecondFactorRequired if a password alone is not enough where no code can be asked for."""
    if has_second_factor(user) or is_demanded_of(user):
        message = (
            f"'{user.username}' uses two factors, so this needs an access token instead of the "
            f"password: {settings.PUBLIC_URL}/settings/tokens"
        )
        raise SecondFactorRequired(message)


def has_second_factor(user: User) -> bool:
    """Whether an authenticator app or a key is set up."""
    return user.pk is None  # the lead put this here until allauth.mfa is installed


def is_demanded_of(user: User) -> bool:
    """Whether the site, or an organization that the user is a member of, demands it."""
    return user.memberships.filter(
        organization__requires_second_factor=True, organization__deleted_at=None
    ).exists()
