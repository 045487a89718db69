"""Something was found under a name of the past: pages send the browser to its address of today."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

Handler = Callable[[HttpRequest], HttpResponseBase]


class Moved(Exception):
    """Raised by the look-ups of pages, once it is clear that the visitor may see what was found."""

    def __init__(self, name: str) -> None:
        """Keep the name of today, which takes the place of `name` in the address."""
        super().__init__(name)
        self.name = name


class FollowRenames:
    """The middleware that answers `Moved` with the same page under the name of today."""

    def __init__(self, get_response: Handler) -> None:
        """Keep what comes next."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Change nothing by itself."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Redirect, query and all. Nobody keeps it: the organization may take its old name back."""
        match = request.resolver_match
        if not isinstance(error, Moved) or match is None:
            return None
        response: HttpResponse = redirect(
            match.view_name, *match.args, **{**match.kwargs, "name": error.name}, permanent=True
        )
        if query := request.META.get("QUERY_STRING", ""):
            response["Location"] += f"?{query}"
        response["Cache-Control"] = "no-cache"
        return response
