"""Watch a repository, or stop. Twice is once.

What is sent to watchers asks again whether they may still see it (case 23).
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.principals import Principal
from index.errors import Denied
from index.models import Repository, Watch
from index.policy import allowed_actions
from index.roles import Action


def watch(repository: Repository, *, by: Principal) -> None:
    """Tell them what happens from now on. Raises Denied for who is nobody or may not pull."""
    if by.user is None or Action.PULL not in allowed_actions(by, repository).actions:
        message = _("'%(name)s' may not watch %(repository)s") % {
            "name": by.name,
            "repository": repository,
        }
        raise Denied(message)
    Watch.objects.get_or_create(repository=repository, user=by.user)


def unwatch(repository: Repository, *, by: Principal) -> None:
    """Tell them no longer."""
    if by.user is not None:
        Watch.objects.filter(repository=repository, user=by.user).delete()


def watched_by(principal: Principal) -> QuerySet[Repository]:
    """Return what the person watches and may see."""
    visible = Repository.objects.visible_to(principal)
    return visible.filter(watches__user=principal.user).select_related("namespace").order_by("name")
