"""Answers in the registry protocol: challenge, OCI errors, and the route for nginx."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import JsonResponse

from accounts.guide import with_link
from accounts.lane import Answer, Headers
from index.errors import IndexRefusal
from index.gateway.holds import WritesHeld
from index.gateway.refusals import TokenNeeded
from index.gateway.routing import Route
from index.pull_limits import PullAllowance, PullLimitReached

# Seconds; nginx counts whole ones, the last included, so 1 is up to 2 (measured). With
# accounts.changes.LONGEST_MEMORY the five of design.md.
_KEPT_FOR = "1"
API_VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}


def challenge(scope: str = "", problem: str = "") -> str:
    """Return the one Bearer challenge; an empty value would stop docker's parser, so leave it out."""
    parts = [f'realm="{settings.PUBLIC_URL}/token"', f'service="{settings.SERVICE}"']
    if scope.isascii() and scope.isprintable() and scope and '"' not in scope and "\\" not in scope:
        parts.append(f'scope="{scope}"')
    if problem:
        parts.append(f'error="{problem}"')
    return f"Bearer {','.join(parts)}"


def oci_error(refusal: IndexRefusal) -> dict[str, object]:
    """Return the body every client reads the message of."""
    message = with_link(str(refusal), refusal.help)
    return {"errors": [{"code": refusal.code, "message": message, "detail": None}]}


def refusal_challenge(refusal: IndexRefusal) -> str:
    """Return the challenge that belongs to a 401, "" to everything else."""
    if refusal.status != 401:
        return ""
    if isinstance(refusal, TokenNeeded):
        return challenge(refusal.scope, refusal.problem)
    return challenge()


def refusal_response(refusal: IndexRefusal) -> JsonResponse:
    """Return the refusal as the client is to see it."""
    response = JsonResponse(oci_error(refusal), status=refusal.status, headers=API_VERSION)
    if value := refusal_challenge(refusal):
        response["WWW-Authenticate"] = value
    return response


def route_to(route: Route, allowance: PullAllowance | None, *, may_be_kept: bool) -> Answer:
    """Tell nginx where the request goes: the registry's name, which nginx maps to its address.

    And what to ask for there, where that is not what the client asked for. `may_be_kept`: nginx may
    answer the same request by itself for a moment.
    """
    headers = [("X-Waybill-Registry", route.registry)]
    if route.address:
        headers.append(("X-Waybill-Address", route.address))
    if allowance:
        headers += _allowance(allowance)
    if may_be_kept:
        headers.append(("X-Accel-Expires", _KEPT_FOR))
    return Answer("204 No Content", headers, b"")


def route_refused(refusal: IndexRefusal) -> Answer:
    """Tell nginx what to answer by itself: status, challenge and body travel in headers.

    So no byte of an upload that is refused comes here, and there is no second sub-request.
    """
    headers = [
        ("X-Waybill-Refusal-Status", str(refusal.status)),
        ("X-Waybill-Refusal-Challenge", refusal_challenge(refusal)),
        ("X-Waybill-Refusal-Body", json.dumps(oci_error(refusal))),
    ]
    if isinstance(refusal, PullLimitReached):
        headers += _allowance(refusal.allowance)
    if isinstance(refusal, PullLimitReached | WritesHeld):
        headers.append(("X-Waybill-Retry-After", str(refusal.retry_after)))
    return Answer("403 Forbidden", headers, b"")


def _allowance(allowance: PullAllowance) -> Headers:
    return [
        ("X-Waybill-Limit", allowance.limit),
        ("X-Waybill-Remaining", allowance.remaining),
        ("X-Waybill-Limit-Source", allowance.source),
    ]
