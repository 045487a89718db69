"""Star a repository, or take the star back. Twice is once."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext

from accounts.principals import Principal
from index.errors import Denied
from index.models import Repository, Star
from index.policy import allowed_actions
from index.roles import Action


def star(repository: Repository, *, by: Principal) -> None:
    """Add the star, unless it is there. Raises Denied for who is not signed in or may not pull."""
    if by.user is None or Action.PULL not in allowed_actions(by, repository).actions:
        message = gettext("'%(name)s' may not star %(repository)s") % {
            "name": by.name,
            "repository": repository,
        }
        raise Denied(message)
    with transaction.atomic():
        _, created = Star.objects.get_or_create(repository=repository, user=by.user)
        if created:
            _count(repository, 1)


def unstar(repository: Repository, *, by: Principal) -> None:
    """Take the star back, if there is one."""
    if by.user is None:
        return
    with transaction.atomic():
        deleted, _ = Star.objects.filter(repository=repository, user=by.user).delete()
        if deleted:
            _count(repository, -1)


def _count(repository: Repository, change: int) -> None:
    """Change the number in the database: two stars at the same moment must not become one."""
    Repository.objects.filter(pk=repository.pk).update(star_count=F("star_count") + change)
