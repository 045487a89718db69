"""Pages for what went wrong: the reason, and what to do."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.database_trouble import is_unavailable
from config import request_id


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403; the form was not ours, or was open longer than its cookie lives."""
    words = _("It was open for too long, or cookies are off. Nothing was changed: send it again.")
    return render(request, "403.html", {"reason": words, "is_form": True}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400 without asking the request for anything: it is the request that is wrong."""
    return _bare("400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 with the sentence that the view gave, for it names who can change that."""
    context = {"reason": str(exception), "asked_for": _repository_of(request)}
    return render(request, "403.html", context, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404, alike for what is not there and what may not be seen."""
    return render(request, "404.html", {"asked_for": _repository_of(request)}, status=404)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 429; django-allauth calls this for its limits."""
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = "120"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching session or database: one of them may be what is broken.

    While the database is away or takes no writes it is 503, and clients come back.
    """
    if is_unavailable(sys.exception()):
        answer = _bare("503.html", 503, reason=_("the database does not answer"))
        answer.headers["Retry-After"] = "5"
        return answer
    return _bare("500.html", 500)


def _bare(template: str, status: int, **context: str) -> HttpResponse:
    page = render_to_string(template, {**context, "request_id": request_id.current()})
    return HttpResponse(page, status=status)


def _repository_of(request: HttpRequest) -> str:
    """Return the name in the address of a repository's page, whether there is one or not."""
    match = request.resolver_match
    is_repository = match is not None and (match.url_name or "").split("-")[1:2] == ["repository"]
    return str(match.kwargs.get("name", "")) if match and is_repository else ""
