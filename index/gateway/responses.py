"""Answers in the registry protocol: challenge, OCI errors, and the route for nginx."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpResponse, JsonResponse

from index.errors import IndexRefusal
from index.gateway.routing import Route, TokenNeeded

API_VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}


def challenge(scope: str = "", problem: str = "") -> str:
    """Return the one Bearer challenge; an empty value would stop docker's parser, so leave it out."""
    parts = [f'realm="{settings.PUBLIC_URL}/token"', f'service="{settings.SERVICE}"']
    if scope and scope.isascii() and '"' not in scope and "\\" not in scope:
        parts.append(f'scope="{scope}"')
    if problem:
        parts.append(f'error="{problem}"')
    return f"Bearer {','.join(parts)}"


def oci_error(refusal: IndexRefusal) -> dict[str, object]:
    """Return the body every client reads the message of."""
    return {"errors": [{"code": refusal.code, "message": str(refusal), "detail": None}]}


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


def route_to(route: Route) -> HttpResponse:
    """Tell nginx where the request goes: the registry's name, which nginx maps to its address.

    And what to ask for there, where that is not what the client asked for.
    """
    headers = {"X-Waybill-Registry": route.registry.name}
    if route.address:
        headers["X-Waybill-Address"] = route.address
    return HttpResponse(status=204, headers=headers)


def route_refused(refusal: IndexRefusal) -> HttpResponse:
    """Tell nginx what to answer by itself: status, challenge and body travel in headers.

    So no byte of an upload that is refused comes here, and there is no second sub-request.
    """
    return HttpResponse(
        status=403,
        headers={
            "X-Waybill-Refusal-Status": str(refusal.status),
            "X-Waybill-Refusal-Challenge": refusal_challenge(refusal),
            "X-Waybill-Refusal-Body": json.dumps(oci_error(refusal)),
        },
    )
