"""Template tags of the watch button."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template

from index.models import Repository
from index.web.repository_head import numbers_of

register = template.Library()


class Watching(NamedTuple):
    """How many watch a repository, and whether this person does."""

    number: int
    is_mine: bool


@register.simple_tag
def watching(repository: Repository, user: Any) -> Watching:
    """Return it for somebody who is logged in."""
    numbers = numbers_of(repository, user)
    return Watching(numbers.watches, numbers.is_watched)
