"""Refusals on protocol doors are JSON, whoever made them: no client reads our pages."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from config.middleware import Handler

_DOORS = ("/token", "/v1/", "/v2", "/_ping", "/events/", "/.well-known/")
_CODES = {401: "UNAUTHORIZED", 403: "DENIED", 429: "TOOMANYREQUESTS", 503: "UNAVAILABLE"}


def protocol_errors(get_response: Handler) -> Handler:
    """Replace the page of an error that Django made itself by the registry protocol's form."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code < 400 or not request.path_info.startswith(_DOORS):
            return response
        if response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        return _as_json(response)

    return middleware


def _as_json(response: HttpResponseBase) -> JsonResponse:
    status = response.status_code
    message = HTTPStatus(status).phrase.lower()
    code = _CODES.get(status, "UNSUPPORTED" if status < 500 else "UNKNOWN")
    body = {"errors": [{"code": code, "message": message, "detail": None}], "error": message}
    kept = {name: response.headers[name] for name in ("Allow", "Retry-After", "WWW-Authenticate")
            if name in response.headers}  # fmt: skip
    return JsonResponse(body, status=status, headers=kept)
