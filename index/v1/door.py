"""What all v1 doors share: one handler per method, refusals as JSON, neither session nor CSRF."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from index.errors import IndexRefusal
from index.v1.errors import V1Refusal
from index.v1.responses import json_response, refusal_response

# Answers one method of one address; what comes after the request is from the address.
Handler = Callable[..., HttpResponse]


def door(**handlers: Handler) -> Handler:
    """Return the view that hands each method to its handler, HEAD to GET's, and no other."""
    if "GET" in handlers:
        handlers["HEAD"] = handlers["GET"]

    @csrf_exempt
    @login_not_required
    def view(request: HttpRequest, **from_address: str) -> HttpResponse:
        handler = handlers.get(request.method or "")
        if handler is None:
            response = json_response({"error": f"{request.method} is not for here"}, 405)
            response["Allow"] = ", ".join(handlers)
            return response
        try:
            return handler(request, **from_address)
        except (V1Refusal, IndexRefusal) as refusal:
            return refusal_response(refusal)

    return view
