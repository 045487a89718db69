"""Take a name for a repository: free, and not resting after a deletion.

Names are taken under the lock of the namespace that they begin with (`lock_namespace`), and at no other
place, so of two who want one only one gets it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Namespace
from index.errors import NameInvalid, NameTaken
from index.models import FormerName, Repository, RepositoryState
from index.names import RepositoryName

# A token for a deleted name must not open its successor: token life, the registries' leeway and a
# minute for clocks (F2).
NAME_REST = timedelta(seconds=settings.TOKEN_LIFETIME + 120)


def check_name(
    name: RepositoryName,
    *,
    namespace: Namespace,
    owner: Repository | None = None,
    old_names: Iterable[str] | None = None,
) -> datetime | None:
    """Raise NameTaken unless the name is free, or one of the owner's own past.

    Return when the last repository of that name was deleted. No token from before opens the new one,
    however long tokens live: the gateway asks (F2). `old_names` of the namespace may be at hand.
    """
    if old_names is None:
        old_names = old_names_of(namespace)
    others = holders_of(_spellings(name, old_names))
    if owner is not None:
        others = others.exclude(pk=owner.pk)
    # Who has it comes before those who had it, of whom the last one counts.
    is_gone = Case(When(state=RepositoryState.DELETED, then=1), default=0)
    holder = others.order_by(is_gone, F("deleted_at").desc(nulls_last=True), "pk").first()
    if holder is None:
        return None
    if holder.state != RepositoryState.DELETED:
        raise NameTaken(_taken(name, holder))
    _check_rest(name, holder.deleted_at)
    return holder.deleted_at


def change_name(repository: Repository, *, to: RepositoryName, namespace: Namespace) -> None:
    """Give it the name; the old one goes on leading to it. The name was checked."""
    FormerName.objects.filter(Q(name=repository.name) | Q(name=to.value)).delete()
    FormerName.objects.create(name=repository.name, repository=repository)
    repository.name, repository.namespace = to.value, namespace
    repository.save(update_fields=["name", "namespace"])


def old_names_of(namespace: Namespace) -> QuerySet[Any, str]:
    """Return what the namespace was called before."""
    return namespace.old_names.values_list("name", flat=True)


def _spellings(name: RepositoryName, old_names: Iterable[str]) -> list[str]:
    """Return the name as it is, and as it was called while the namespace had other names."""
    found = [name.value]
    for old in old_names:
        try:
            found.append(name.moved_to(old).value)
        except NameInvalid:  # too long to have been a name then
            continue
    return found


def holders_of(spellings: Collection[str]) -> QuerySet[Repository]:
    """Return those that have one of the names, had it, or are kept under it, deleted ones as well."""
    # Three ways, each by its index: an OR of them walks through all repositories there are.
    today = Repository.objects.filter(name__in=spellings)
    stored = Repository.objects.filter(stored_name__in=spellings)
    former = FormerName.objects.filter(name__in=spellings).order_by()
    leading = today.values("pk").union(stored.values("pk"), former.values("repository"))
    return Repository.objects.filter(pk__in=leading)


def _taken(name: RepositoryName, holder: Repository) -> str:
    if holder.name == name.value:
        return _(
            "there is a repository %(name)s already, or one is in the trash or being deleted"
        ) % {"name": name}
    return _("the name %(name)s still leads to another repository: choose another one") % {
        "name": name
    }


def _check_rest(name: RepositoryName, deleted_at: datetime | None) -> None:
    """Raise NameTaken if the last one of that name was deleted a moment ago."""
    if deleted_at is None or deleted_at + NAME_REST <= timezone.now():
        return
    free_at = deleted_at + NAME_REST
    message = _(
        "the name %(name)s was deleted a moment ago: it is free again at %(free_at)s UTC"
    ) % {"name": name, "free_at": f"{free_at:%H:%M}"}
    raise NameTaken(message)
