"""What tokenauth hears of accounts."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import machines_logged_out
from tokenauth.refresh import revoke_all_of


@receiver(machines_logged_out)
def revoke_refresh_tokens(sender: type[User], user: User, **_kwargs: Any) -> None:
    """A new password ends every `docker login` made with the old one, and so does much else."""
    revoke_all_of(user)
