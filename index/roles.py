"""Actions on a repository, and the roles that carry them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(StrEnum):
    """What the registry protocol asks for; never `*` for a repository."""

    PULL = "pull"
    PUSH = "push"
    DELETE = "delete"


class Role(models.TextChoices):
    """A named set of actions, from least to most."""

    READER = "reader", _("Reader: pull")
    WRITER = "writer", _("Writer: pull and push")
    ADMIN = "admin", _("Admin: pull, push, delete and settings")


EVERY_ACTION = frozenset(Action)
_ORDER = (Role.READER, Role.WRITER, Role.ADMIN)
_ACTIONS: dict[Role, frozenset[Action]] = {
    Role.READER: frozenset({Action.PULL}),
    Role.WRITER: frozenset({Action.PULL, Action.PUSH}),
    Role.ADMIN: EVERY_ACTION,
}


def actions_of(role: Role | None) -> frozenset[Action]:
    """Return the actions a role carries; none without a role."""
    return _ACTIONS[role] if role else frozenset()


def highest(roles: list[Role]) -> Role | None:
    """Return the role that carries most, None of an empty list."""
    return max(roles, key=_ORDER.index, default=None)
