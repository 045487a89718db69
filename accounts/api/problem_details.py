"""Every refusal of the API as problem details (RFC 9457), with a code that stays the same."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.api.errors import answer_to
from accounts.errors import AccountError
from accounts.problems import problem

# What the framework calls otherwise.
_CODES = {
    "authentication_failed": "wrong-credential",
    "error": "refused",
    "parse_error": "malformed",
    "permission_denied": "denied",
    "throttled": "rate-limited",
}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer to an exception; None for what is our own fault."""
    if isinstance(error, AccountError):
        error = answer_to(error)
    if isinstance(error, Http404):
        error = NotFound()  # its own words name a class of ours
    response = exception_handler(error, context)
    if response is None:
        return None
    response.data = _body(response.status_code, error)
    response.content_type = "application/problem+json"
    return response


def _body(status: int, error: Exception) -> dict[str, Any]:
    detail = getattr(error, "detail", str(error))
    code = "invalid" if isinstance(detail, dict | list) else getattr(detail, "code", "refused")
    told = problem(status, _code(code), _sentence(detail), place=getattr(error, "help", None))
    if isinstance(error, ValidationError) and isinstance(detail, dict):
        told |= {"errors": detail, "codes": _code(error.get_codes())}
    return told


def _code(code: Any) -> Any:
    """Return the framework's codes as words of ours, at whatever depth they stand."""
    if isinstance(code, dict):
        return {name: _code(one) for name, one in code.items()}
    if isinstance(code, list):
        return [_code(one) for one in code]
    return _CODES.get(code, code.replace("_", "-"))


def _sentence(detail: Any) -> str:
    if isinstance(detail, dict):
        return "Some fields are wrong: " + ", ".join(str(name) for name in detail) + "."
    if isinstance(detail, list):
        return " ".join(map(str, detail))
    return str(ErrorDetail(detail))
