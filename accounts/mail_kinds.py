"""Kinds of mails that people may switch off. A mail without a kind is always sent: it guards something."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.signing import BadSignature, Signer
from django.db import models
from django.utils.translation import gettext_lazy

from accounts.models import MailChoice, User

_signer = Signer(salt="waybill.mails.unsubscribe")


class MailKind(models.TextChoices):
    """What the page about mails lists; all are wanted until somebody says otherwise."""

    PUSHES = (
        "pushes",
        gettext_lazy("Pushes to repositories you watch, at most one mail an hour for each"),
    )
    CHANGES = (
        "changes",
        gettext_lazy("Other news of repositories you watch: settings, names, deletions"),
    )
    ACCESS_REQUESTS = "access-requests", gettext_lazy("Requests for access that you can answer")
    ACCESS = "access", gettext_lazy("Roles that you are given, that change or end")
    EXPIRY = "expiry", gettext_lazy("Access tokens and robots' secrets that end soon")
    PROMOTIONS = (
        "promotions",
        gettext_lazy("Promotions that wait for your approval, and what became of yours"),
    )
    TRASH = "trash", gettext_lazy("Repositories in the trash that will be deleted for good soon")
    WEBHOOKS = "webhooks", gettext_lazy("Webhooks that have paused themselves")


def unwanted_by(user: User) -> set[str]:
    """Return the kinds that a person has switched off."""
    return set(MailChoice.objects.filter(user=user, is_wanted=False).values_list("kind", flat=True))


def without_unwilling(users: Iterable[User], kind: MailKind) -> list[User]:
    """Return those who want mails of the kind."""
    people = list(users)
    unwilling = MailChoice.objects.filter(user__in=people, kind=kind, is_wanted=False)
    declined = set(unwilling.values_list("user", flat=True))
    return [user for user in people if user.pk not in declined]


def unsubscribe_token(user: User, kind: MailKind) -> str:
    """Return what stands in the link of a mail: it ends this kind for this person, nothing else."""
    return _signer.sign(f"{user.pk}:{kind.value}")


def read_unsubscribe_token(token: str) -> tuple[User, MailKind] | None:
    """Return whose link it is and for which kind; None for one that we did not make."""
    try:
        user_id, _, kind = _signer.unsign(token).partition(":")
    except BadSignature:
        return None
    user = User.objects.filter(pk=int(user_id), is_active=True).first()
    if user is None or kind not in MailKind:
        return None
    return user, MailKind(kind)
