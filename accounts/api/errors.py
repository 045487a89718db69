"""What views and flows refuse, in the words of the framework; `problem_details` makes answers of it."""

from __future__ import annotations

from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    ErrorDetail,
    PermissionDenied,
    Throttled,
    ValidationError,
)

from accounts.errors import (
    AccountError,
    AlreadyMember,
    InvalidCredentials,
    LastOwner,
    LastWayIn,
    LimitReached,
    NameTaken,
    NoAnswerNow,
    NotAllowed,
    OrganizationInUse,
    PlanInUse,
    TooManyAttempts,
)
from accounts.problems import code_of

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
    """What has to be known gives no answer, or too many ask at once."""

    status_code = 503
    default_code = "unavailable"
    wait = 60  # the framework makes a header of it


def answer_to(error: AccountError) -> APIException:
    """Return what the framework answers to a refusal of a flow."""
    if isinstance(error, LimitReached | TooManyAttempts):
        return in_its_words(error, Throttled(error.retry_after, str(error)))
    if isinstance(error, NoAnswerNow):
        answer = Unavailable(str(error))
        answer.wait = error.retry_after
        return in_its_words(error, answer)
    if isinstance(error, NotAllowed):
        return in_its_words(error, PermissionDenied(str(error)))
    kind = Conflict if isinstance(error, _COLLISIONS) else Refused
    return in_its_words(error, kind(str(error)))


def refused_credential(error: AccountError) -> APIException:
    """Return the answer to a credential that opens nothing; 403 where it was right, and not enough."""
    if isinstance(error, InvalidCredentials):
        return in_its_words(error, AuthenticationFailed(str(error)))
    if isinstance(error, TooManyAttempts | NoAnswerNow):
        return answer_to(error)
    return in_its_words(error, PermissionDenied(str(error)))


def in_its_words(refusal: Exception, answer: APIException) -> APIException:
    """Return the answer, called as the refusal is and explained where that is."""
    answer.detail = ErrorDetail(str(answer.detail), code_of(type(refusal)))
    vars(answer)["help"] = getattr(refusal, "help", None)
    return answer


def at_field(refusal: Exception, field: str) -> ValidationError:
    """Return the answer to a refusal that is about one field."""
    return ValidationError({field: [str(refusal)]}, code_of(type(refusal)))
