"""A repository's own lines of the audit, for its admins."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.audit_search import AuditFilter
from accounts.models import AuditEvent, Namespace
from index.models import Repository

_NONE = AuditFilter()


def lines_of(repository: Repository, asked: AuditFilter = _NONE) -> QuerySet[AuditEvent]:
    """Return what was done to it since it is there, in the namespace that it is in today.

    By its name of today and its former ones; what was done while it was somebody else's is theirs.
    """
    return asked.find_of(repository.namespace, _names(repository), repository.created_at)


def _names(repository: Repository) -> set[str]:
    names = {repository.name, *repository.former_names.values_list("name", flat=True)}
    _, _, rest = repository.name.partition("/")
    former = Namespace.objects.filter(redirects_to=repository.namespace_id)
    return names | {f"{name}/{rest}" for name in former.values_list("name", flat=True)}
