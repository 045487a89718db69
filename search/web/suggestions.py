"""What is suggested while one types: `GET /search/suggestions?q=pos`, for our own pages."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from index.models import Repository
from index.web.lookup import principal_of
from search.engine import suggest

_MOST = 8
_KEPT = 5  # seconds, by the browser of somebody who is not logged in


@login_not_required
@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """Answer names, best first. Half a query is no error: nothing is suggested for it."""
    principal = principal_of(request)
    found = suggest(principal, request.GET.get("q", ""), _MOST)
    response = JsonResponse({"suggestions": [_suggestion(repository) for repository in found]})
    is_somebody = principal.user is not None
    response["Cache-Control"] = "no-store" if is_somebody else f"private, max-age={_KEPT}"
    patch_vary_headers(response, ["Cookie"])
    return response


def _suggestion(repository: Repository) -> dict[str, object]:
    """Return the name, where it leads, and its marks: the kind is a class of `badge.css`."""
    marks = {
        "official": (_("Official"), repository.is_official),
        "done": (_("Verified"), repository.namespace.is_verified),
        "private": (_("Private"), repository.visibility == "private"),
        "internal": (_("Internal"), repository.visibility == "internal"),
    }
    return {
        "name": repository.name,
        "address": reverse("web-repository", args=[repository.name]),
        "marks": [
            {"kind": kind, "words": words} for kind, (words, is_so) in marks.items() if is_so
        ],
    }
