"""Every refusal of the API as problem details (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import Http404
from rest_framework.exceptions import (
    APIException,
    ErrorDetail,
    NotFound,
    PermissionDenied,
    Throttled,
    ValidationError,
)
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.errors import (
    AccountError,
    AlreadyMember,
    LastOwner,
    LastWayIn,
    LimitReached,
    NameTaken,
    NoAnswerNow,
    NotAllowed,
    OrganizationInUse,
    PlanInUse,
)

_COLLISIONS = (NameTaken, AlreadyMember, LastOwner, LastWayIn, OrganizationInUse, PlanInUse)


class Refused(APIException):
    """What a flow refused, in its own words."""

    status_code = 400
    default_code = "refused"


class Conflict(APIException):
    """It would collide with what is there."""

    status_code = 409
    default_code = "conflict"


class Unavailable(APIException):
    """Nobody can say who that is: the directory gives no answer, or too many ask at once."""

    status_code = 503
    default_code = "unavailable"

    def __init__(self, error: NoAnswerNow) -> None:
        """Say when to ask again: the framework makes a header of `wait`."""
        super().__init__(str(error))
        self.wait = error.retry_after


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer to an exception; None for what is our own fault."""
    if isinstance(error, AccountError):
        error = _answer_to(error)
    if isinstance(error, Http404):
        error = NotFound(*error.args)
    response = exception_handler(error, context)
    if response is None:
        return None
    response.data = problem(response.status_code, error)
    response.content_type = "application/problem+json"
    return response


def _answer_to(error: AccountError) -> APIException:
    if isinstance(error, NoAnswerNow):
        return Unavailable(error)
    if isinstance(error, LimitReached):
        return Throttled(error.retry_after, str(error))
    if isinstance(error, NotAllowed):
        return PermissionDenied(str(error))
    if isinstance(error, _COLLISIONS):
        return Conflict(str(error))
    return Refused(str(error))


def problem(status: int, error: Exception) -> dict[str, Any]:
    """Return the body: what happened, in a sentence, and per field where fields are at fault."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _sentence(error),
    }
    if isinstance(error, ValidationError) and isinstance(error.detail, dict):
        body["errors"] = error.detail
    return body


def _sentence(error: Exception) -> str:
    detail = getattr(error, "detail", str(error))
    if isinstance(detail, dict):
        return "Some fields are wrong: " + ", ".join(str(name) for name in detail) + "."
    if isinstance(detail, list):
        return " ".join(map(str, detail))
    return str(ErrorDetail(detail))
