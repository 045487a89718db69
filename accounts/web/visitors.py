"""Who has this session, for the pages of accounts."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.models import User
from accounts.principals import Principal


def signed_in(request: HttpRequest) -> User:
    """Return the user of a view that needs one; LoginRequiredMiddleware has seen to it."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def by(request: HttpRequest) -> Principal:
    """Return that user as who acts."""
    return Principal(signed_in(request))


def check_administrator(request: HttpRequest) -> Principal:
    """Return the administrator; to everybody else there is no such page."""
    principal = by(request)
    if not principal.is_administrator:
        raise Http404
    return principal
