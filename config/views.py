"""Pages for what went wrong: the reason, and what to do."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403; the form was not ours, or was open longer than its cookie lives."""
    context = {"reason": "This form has expired. Go back, reload the page and send it again."}
    return render(request, "403.html", context, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400 without asking the request for anything: it is the request that is wrong."""
    return HttpResponse(render_to_string("400.html"), status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 with the sentence that the view gave, for it names who can change that."""
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404, alike for what is not there and what may not be seen."""
    match = request.resolver_match
    is_repository = match is not None and (match.url_name or "").partition("-")[2] == "repository"
    asked_for = match.kwargs.get("name", "") if match and is_repository else ""
    return render(request, "404.html", {"asked_for": asked_for}, status=404)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 429; django-allauth calls this for its limits."""
    return render(request, "429.html", status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching session or database: one of them may be what is broken.

    While the database is away it is 503, and clients come back.
    """
    if isinstance(sys.exception(), (OperationalError, InterfaceError)):
        page = render_to_string("503.html", {"reason": "the database does not answer"})
        return HttpResponse(page, status=503, headers={"Retry-After": "5"})
    return HttpResponse(render_to_string("500.html"), status=500)
