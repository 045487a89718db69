"""Pasted image references: `/acme/app:1.0` finds the page of acme/app."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.models.namespace import ROOT_NAMESPACE
from accounts.moved import Moved
from accounts.names import RESERVED_NAMES
from index.errors import NameInvalid
from index.names import Reference, parse_reference
from index.web.lookup import find_repository

# What no page may lose to an image of the same name; the long ones are reserved names anyway.
_PAGES = (RESERVED_NAMES | {"r", "u", "o", "v1", "v2"}) - {ROOT_NAMESPACE}


class ReferenceConverter:
    """Matches image references, and nothing under a first segment that is a page of ours."""

    regex = r"[a-z0-9][A-Za-z0-9._/:@-]*"

    def to_python(self, value: str) -> Reference:
        """Return the reference; ValueError lets the URL go unmatched."""
        try:
            reference = parse_reference(value)
        except NameInvalid as error:
            raise ValueError from error
        if reference.name.value.partition("/")[0] in _PAGES:
            raise ValueError
        return reference

    def to_url(self, value: Reference) -> str:
        """Return the name; nobody links to this door."""
        return value.name.value


@login_not_required
@require_safe
def resolve(request: HttpRequest, reference: Reference) -> HttpResponse:
    """Go to the repository, if it may be seen."""
    try:
        return redirect("web-repository", find_repository(request, reference.name.value).name)
    except Moved as moved:
        return redirect("web-repository", moved.name)
