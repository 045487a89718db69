"""Refusals on the doors of programs are JSON, whoever made them: no client reads our pages."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from accounts.problems import code_of_status, problem
from config.middleware import Handler

_API = "/api/v1/"
_DOORS = ("/token", "/v1/", "/v2", "/_ping", "/events/", "/.well-known/")
_JSON = ("application/json", "application/problem+json")
_OF_THE_PAGE = {"Content-Encoding", "Content-Language", "Content-Length"}
_CODES = {401: "UNAUTHORIZED", 403: "DENIED", 429: "TOOMANYREQUESTS", 503: "UNAVAILABLE"}


def protocol_errors(get_response: Handler) -> Handler:
    """Replace the page of an error that Django made itself by the registry protocol's form."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        is_api = request.path_info.startswith(_API)
        if response.status_code < 400 or not (is_api or request.path_info.startswith(_DOORS)):
            return response
        if response.headers.get("Content-Type", "").startswith(_JSON):
            return response
        return _answer(response, _problem(response) if is_api else _registry_error(response))

    return middleware


def _registry_error(response: HttpResponseBase) -> JsonResponse:
    status = response.status_code
    message = HTTPStatus(status).phrase.lower()
    code = _CODES.get(status, "UNSUPPORTED" if status < 500 else "UNKNOWN")
    body = {"errors": [{"code": code, "message": message, "detail": None}], "error": message}
    return JsonResponse(body)


def _problem(response: HttpResponseBase) -> JsonResponse:
    status = HTTPStatus(response.status_code)
    body = problem(status, code_of_status(status), status.description or status.phrase)
    return JsonResponse(body, content_type="application/problem+json")


def _answer(page: HttpResponseBase, answer: JsonResponse) -> JsonResponse:
    answer.status_code = page.status_code
    for name, value in page.headers.items():
        if name not in _OF_THE_PAGE:
            answer.headers.setdefault(name, value)
    return answer
