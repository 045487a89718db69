"""End the registry tokens of a person: nobody keeps them, so a moment is kept before which none counts.

The gateway asks for it at every request; a registry that is reached directly hears nothing of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User
from accounts.second_factor import is_second_factor
from accounts.signals import machines_logged_out


def end_registry_tokens(user: User) -> None:
    """Let no registry token count that was issued until now."""
    user.tokens_not_before = _end_of_second(timezone.now())
    User.objects.filter(pk=user.pk).update(tokens_not_before=user.tokens_not_before)


def counts_still(user: User, *, issued_at: int) -> bool:
    """Whether a token issued then (its `iat`) has not been ended."""
    ended = user.tokens_not_before
    return ended is None or issued_at >= ended.timestamp()


def _end_of_second(now: datetime) -> datetime:
    """Return the next whole second: tokens of this second look as if issued at its beginning."""
    return now.replace(microsecond=0) + timedelta(seconds=1)


@receiver(machines_logged_out)
def _note_log_out(user: User, **_kwargs: Any) -> None:
    end_registry_tokens(user)


@receiver(post_save, sender=User)
def _note_new_password(instance: User, *, created: bool, **_kwargs: Any) -> None:
    """A new password ends every docker login and token, whoever sets it, `manage.py` included.

    Django keeps the new one until the row is saved, to tell it to the validators; a hash that is
    made anew for the same password is not kept so.
    """
    if not created and getattr(instance, "_password", None) is not None:
        with transaction.atomic():
            machines_logged_out.send(sender=User, user=instance)


@receiver(post_save, sender=Authenticator)
def _note_second_factor(instance: Authenticator, *, created: bool, **_kwargs: Any) -> None:
    """What a password alone had got ends once there is a second factor."""
    if created and is_second_factor(instance):
        end_registry_tokens(instance.user)
