"""Who is asking, and for which repository: the first lines of every view."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.moved import Moved
from accounts.prepared import prepared
from accounts.principals import ANONYMOUS, Principal, reader_of, reader_values
from index import lookup
from index.errors import NameInvalid
from index.models import Repository
from index.names import RepositoryName, parse_familiar_name
from index.web.repository_head import decision_about, with_numbers


def principal_of(request: HttpRequest) -> Principal:
    """Return who is signed in."""
    return Principal(request.user) if isinstance(request.user, User) else ANONYMOUS


def signed_in_user(request: HttpRequest) -> User:
    """Return the user of a view that needs one; LoginRequiredMiddleware has seen to it."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def find_repository(request: HttpRequest, name: str) -> Repository:
    """Return the repository; 404 alike for an unknown one and one that may not be seen (case 24).

    Raises Moved where a page is asked for by a name of the past, or with `library/`.
    """
    try:
        parsed = parse_familiar_name(name)
    except NameInvalid as error:
        raise Http404 from error
    principal, is_page = principal_of(request), request.method in {"GET", "HEAD"}
    repository = (
        _find_with_head(principal.user, parsed)
        if is_page
        else lookup.find_repository(Repository.objects.visible_to(principal), parsed)
    )
    if repository is None:
        raise Http404
    if repository.name != name and is_page:
        raise Moved(repository.name)
    return repository


def _find_with_head(user: User | None, name: RepositoryName) -> Repository | None:
    """Return what somebody may see, with what its head shows: one query, three if it is no name of today."""
    reader = reader_values(user)
    found: list[Repository] = prepared(_seen, name=name.value, now=timezone.now(), **reader).rows()
    if found:
        return found[0]
    visible = Repository.objects.visible_to(Principal(user))
    return lookup.find_by_another_name(with_numbers(visible, user), name)


def _seen(*, name: str, now: datetime, **reader: int) -> QuerySet[Repository]:
    principal = reader_of(**reader)
    visible = Repository.objects.visible_to(principal, now)
    return lookup.find_by_todays_name(with_numbers(visible, principal.user), name)


def find_administered(request: HttpRequest, name: str) -> Repository:
    """Return the repository if its settings are open to the user; else 404, or 403 with the reason."""
    repository = find_repository(request, name)
    decision = decision_about(repository, principal_of(request))
    if not decision.may_administer:
        if decision.standing.is_frozen:
            frozen = _("%(name)s is frozen: ask an administrator of this site to end that.")
            raise PermissionDenied(frozen % {"name": repository.namespace})
        message = _(
            "Only admins of %(repository)s can change it. Ask an owner of %(namespace)s."
        ) % {"repository": repository, "namespace": repository.namespace}
        raise PermissionDenied(message)
    return repository
