"""Who is asking, and for which repository: the first lines of every view."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.models import User
from accounts.moved import Moved
from accounts.principals import ANONYMOUS, Principal
from index import lookup
from index.errors import NameInvalid
from index.models import Repository
from index.names import parse_familiar_name
from index.policy import allowed_actions


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
    visible = Repository.objects.visible_to(principal_of(request))
    repository = lookup.find_repository(visible, parsed)
    if repository is None:
        raise Http404
    if repository.name != name and request.method in {"GET", "HEAD"}:
        raise Moved(repository.name)
    return repository


def find_administered(request: HttpRequest, name: str) -> Repository:
    """Return the repository if its settings are open to the user; else 404, or 403 with the reason."""
    repository = find_repository(request, name)
    if not allowed_actions(principal_of(request), repository).may_administer:
        message = (
            f"Only admins of {repository} can change it. Ask an owner of {repository.namespace}."
        )
        raise PermissionDenied(message)
    return repository
