"""A POST with an `Idempotency-Key` is done once, and answered again (accounts.kept_answers does it).

As draft-ietf-httpapi-idempotency-key-header has it. Keys are the account's, the robot's or the CI job's,
whichever credential it comes with; who is nobody has none. Answers of success alone are kept: what was
refused did nothing, and is asked anew. An answer with something that is shown once is kept nowhere:
its view says by `shown_once` where what was made is.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import kept_answers
from accounts.api.auth import principal_of
from accounts.kept_answers import Asked, Claim, ClaimLost
from accounts.limits import IDEMPOTENCY_KEYS
from accounts.models import KeptAnswer
from accounts.problems import problem
from accounts.ratelimits import spend

REQUEST_HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST_KEY = 128
_CHARACTERS = rf"[!#-+\--:<-\[\]-~]{{1,{LONGEST_KEY}}}"  # visible ASCII without " , ; and \
KEY = rf'^({_CHARACTERS}|"{_CHARACTERS}")$'

_API = "/api/v1/"

_log = logging.getLogger(__name__)


class KeyInvalid(APIException):
    """The header is no key."""

    status_code = 400
    default_code = "idempotency-key-invalid"
    default_detail = (
        f"Idempotency-Key wants 1 to {LONGEST_KEY} visible ASCII characters, in quotes or without, "
        "and neither spaces, commas, semicolons, quotes nor backslashes among them."
    )


class KeyReused(APIException):
    """Something else was asked with it."""

    status_code = 422
    default_code = "idempotency-key-reused"
    default_detail = "This Idempotency-Key came with another request: take a new one for each."


class KeyInUse(APIException):
    """The first request is still being done."""

    status_code = 409
    default_code = "idempotency-key-in-use"
    default_detail = "The first request with this Idempotency-Key is still being done."
    wait = 2  # the framework makes a header of it


class AnswerLost(APIException):
    """The first one was begun, and what came of it is not kept."""

    status_code = 409
    default_code = "answer-lost"
    default_detail = (
        "The first request with this Idempotency-Key was begun or done, and its answer is not kept. "
        "It is not done again: look at what is there, and send it with a new key if that is wanted."
    )


class BodyTooLarge(APIException):
    """More than is read."""

    status_code = 413
    default_code = "too-large"
    default_detail = "The body is too large."


def do_once(request: Request, view: Any) -> None:
    """Have what a POST does done once, if a key came with it."""
    sent = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if sent is None or request.method != "POST" or not hasattr(view, "post"):
        return
    if not re.fullmatch(KEY, sent):
        raise KeyInvalid
    owner = principal_of(request).subject
    if not owner:
        return
    spend(IDEMPOTENCY_KEYS, owner, what="requests with an Idempotency-Key")
    digest = hashlib.sha256(sent.strip('"').encode()).hexdigest()
    view.post = partial(_once, view, Asked(owner, digest, _fingerprint(request)), view.post)


def _once(
    view: Any,
    asked: Asked,
    do: Callable[..., Response],
    request: Request,
    *args: Any,
    **kwargs: Any,
) -> Response:
    claim = kept_answers.claim(asked)
    if claim is None:
        return _answer_again(view, asked)
    try:
        with claim.marking():
            answer = do(request, *args, **kwargs)
    except ClaimLost as error:
        raise KeyInUse from error
    except Exception as error:
        _settle(view, claim, _refusal(view, error))
        raise
    _settle(view, claim, answer)
    return answer


def _refusal(view: Any, error: Exception) -> Response:
    """Return what is answered to it; a fault is raised again by the framework, and has no other."""
    answer = Response(status=500)
    with suppress(type(error)):
        answer = view.handle_exception(error)
    return answer


def _settle(view: Any, claim: Claim, answer: Response) -> None:
    """Keep the answer of what was done; what was refused may be asked again."""
    try:
        if answer.status_code >= 500:
            claim.give_up(answer.status_code)
        elif answer.status_code >= 300:
            claim.give_back()
        elif view.shown_once:
            claim.keep(answer.status_code, location=_place(view, answer), body=None)
        else:
            claim.keep(answer.status_code, body=_written(answer.data))
    except DatabaseError:  # whoever asked is told what came of it nevertheless
        _log.warning("the answer to a request with an Idempotency-Key is not kept", exc_info=True)


def _answer_again(view: Any, asked: Asked) -> Response:
    """Return what was answered; raise the reason why it cannot be."""
    kept = kept_answers.find(asked)
    if kept is None:
        raise KeyInUse
    if kept.fingerprint != asked.fingerprint:
        raise KeyReused
    if kept.status is None:
        raise AnswerLost if kept_answers.is_given_up(kept) else KeyInUse
    if kept.location:
        return _only_once(kept)
    if kept.body is None:
        raise AnswerLost
    data = json.loads(kept.body) if kept.body else None
    return Response(data, kept.status, headers={REPLAYED: "true"})


def _only_once(kept: KeptAnswer) -> Response:
    told = problem(
        409,
        "shown-once",
        f"This was done by the first request with this Idempotency-Key, and its answer was shown "
        f"once: see {kept.location}. A secret that did not arrive is replaced by another.",
    )
    headers = {"Location": kept.location, REPLAYED: "true"}
    return Response(told, 409, headers=headers, content_type="application/problem+json")


def _place(view: Any, answer: Response) -> str:
    """Return where what was made is: `shown_once`, with words of the address and of the answer."""
    place: str = view.shown_once.format_map(view.kwargs | answer.data)
    return _API + place


def _written(data: Any) -> str:
    return "" if data is None else JSONRenderer().render(data).decode()


def _fingerprint(request: Request) -> str:
    """Return what was asked, and how narrow the credential is: a wider one may have learned more.

    Under the site's key: a body may have a password, which could be guessed from a bare digest.
    """
    limits = principal_of(request).limits
    narrow = limits and [limits.patterns, sorted(limits.actions), sorted(limits.api_parts)]
    try:
        body = hashlib.sha256(request.body).hexdigest()
    except RequestDataTooBig as error:
        raise BodyTooLarge from error
    asked = json.dumps([request.method, request.get_full_path(), narrow, body])
    return salted_hmac("accounts.api.idempotency", asked, algorithm="sha256").hexdigest()
