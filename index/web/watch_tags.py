"""Template tags of the watch button."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template
from django.db.models import Count, Q

from index.models import Repository

register = template.Library()


class Watching(NamedTuple):
    """How many watch a repository, and whether this person does."""

    number: int
    is_mine: bool


@register.simple_tag
def watching(repository: Repository, user: Any) -> Watching:
    """Return it for somebody who is logged in: one query."""
    found = repository.watches.aggregate(
        number=Count("pk"), mine=Count("pk", filter=Q(user=user.pk))
    )
    return Watching(found["number"], bool(found["mine"]))
