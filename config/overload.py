"""What is asked of the app server behind its queue: a password is checked in time or not at all."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from accounts.errors import NoAnswerNow
from accounts.password_hashing import deadline
from config import request_id
from config.middleware import Handler


class LoginDeadline:
    """Give each request until when a password hash of it may begin; say 503 when none could.

    After gateway_trust, which lets the gateway's X-Request-Start through and nobody else's.
    """

    def __init__(self, get_response: Handler) -> None:
        """Keep what comes next."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer within the deadline; `/token` has a shorter one (`tokenauth.lane`)."""
        with deadline(request.META.get("HTTP_X_REQUEST_START", "")):
            return self._get_response(request)

    def process_exception(self, _request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer with a page where no door has words of its own, as for a new password."""
        if not isinstance(error, NoAnswerNow):
            return None
        said = {"reason": str(error), "request_id": request_id.current()}
        page = render_to_string("503.html", said)
        return HttpResponse(page, status=503, headers={"Retry-After": str(error.retry_after)})
