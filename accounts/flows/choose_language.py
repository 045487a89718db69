"""Keep the language that a person wants pages and mails in."""

from __future__ import annotations

from accounts.models import User


def choose_language(user: User, language: str) -> None:
    """Keep it with the account; of no use to anybody else, so the audit does not speak of it."""
    User.objects.filter(pk=user.pk).exclude(language=language).update(language=language)
