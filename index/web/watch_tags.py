"""Template tags of the watch button."""

from __future__ import annotations

from typing import Any

from django import template

from index.models import Repository

register = template.Library()


@register.simple_tag
def watched(repository: Repository, user: Any) -> bool:
    """Say whether this person watches the repository."""
    return bool(user.is_authenticated and repository.watches.filter(user=user).exists())


@register.simple_tag
def watchers(repository: Repository) -> int:
    """Return how many people watch it."""
    return repository.watches.count()
