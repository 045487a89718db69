"""Parts of pages: one address and one view, which answer the page, or to htmx the part that changes.

A part is what the page itself has inside the element of that id, under the same rules. Whatever is not
a part (a redirect, an error) never lands inside a page: htmx is told to go there, or to show a toast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

Handler = Callable[[HttpRequest], HttpResponseBase]

_VARY = ("HX-Request", "HX-Target")


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part; what it fetches to go back in the history is a whole page."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in headers


def asked_part(request: HttpRequest) -> str:
    """Return the id of the element that the answer is for; "" where a page is asked for."""
    return request.headers.get("HX-Target", "") if is_partial(request) else ""


def render_page(
    request: HttpRequest,
    page: str,
    context: Mapping[str, Any],
    *,
    parts: Mapping[str, str],
    status: int = 200,
) -> HttpResponse:
    """Render the template `page`, or that of the part that is asked for: element id -> template."""
    part = parts.get(asked_part(request), "")
    response = render(request, part or page, dict(context), status=status)
    if part and status >= 400:
        response.headers["HX-Reswap"] = "innerHTML"  # a part like others: it says what is wrong
    return vary(response)


def nothing_new(request: HttpRequest, version: str) -> HttpResponse | None:
    """Return 204 to a page that looks again and has seen this version; None to all others."""
    if asked_part(request) and version and request.GET.get("seen") == version:
        return vary(HttpResponse(status=204))
    return None


def vary(response: HttpResponse) -> HttpResponse:
    """Say that page and part have one address, and what tells them apart."""
    patch_vary_headers(response, _VARY)
    return response


def lead_to_log_in(request: HttpRequest) -> HttpResponse:
    """Answer a page whose session ended: the browser goes to log in, and comes back to that page."""
    return _go(HttpResponse(), f"{reverse('account_login')}?{REDIRECT_FIELD_NAME}=", request)


class WholePages:
    """The middleware that keeps redirects and error pages out of parts."""

    def __init__(self, get_response: Handler) -> None:
        """Keep what comes next."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Turn redirects into whole pages, and errors into toasts."""
        response = self._get_response(request)
        if not is_partial(request) or not isinstance(response, HttpResponse):
            return response
        if location := response.headers.get("Location"):
            del response.headers["Location"]
            return _go(response, location, request)
        if response.status_code >= 400 and "HX-Reswap" not in response.headers:
            return _toast(response, _words_for(response.status_code))
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say the sentence of a refusal, for it names who can change that."""
        if isinstance(error, PermissionDenied) and is_partial(request):
            return _toast(HttpResponse(status=403), str(error))
        return None


def _go(response: HttpResponse, location: str, request: HttpRequest) -> HttpResponse:
    """Send the whole browser there. From the log-in page it comes back to the page, not to its part."""
    parts = urlsplit(location)
    if parts.path == reverse("account_login"):
        asked = parse_qs(parts.query) | {REDIRECT_FIELD_NAME: [_page_of(request)]}
        location = f"{parts.path}?{urlencode(asked, doseq=True)}"
    response.status_code = 200
    response.content = b""
    response.headers["HX-Redirect"] = location
    return vary(response)


def _page_of(request: HttpRequest) -> str:
    """Return path and query of the page that the part is for, if the browser says it is one of ours."""
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    is_ours = f"{page.scheme}://{page.netloc}" == settings.PUBLIC_URL and page.path.startswith("/")
    if not is_ours or page.path.startswith("//"):
        return "/"
    return f"{page.path}?{page.query}" if page.query else page.path


def _toast(response: HttpResponse, words: str) -> HttpResponse:
    """Make a toast of an error; cookies and headers of the answer stay."""
    response.content = render_to_string("components/toast.html", {"tags": "error", "text": words})
    response.headers["Content-Type"] = "text/html; charset=utf-8"
    response.headers["HX-Retarget"] = "#toasts"
    response.headers["HX-Reswap"] = "beforeend"
    return vary(response)


def _words_for(status: int) -> str:
    words = {
        403: _(
            "You may not do this, or this page has been open for too long. Reload it and try again."
        ),
        404: _("This is not there any more, or you may not see it any more. Reload the page."),
        405: _("This cannot be done here. Reload the page."),
        429: _("Too much, too fast. Wait a few minutes, then try again. Nothing is lost."),
        503: _("The site is busy for the moment. Try again in a little while."),
    }
    return words.get(status) or _(
        "Something went wrong on our side. Nothing was changed; try again."
    )
