"""`/v2/` itself, and the sub-request by which nginx asks for a route."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_safe

from index.errors import IndexRefusal
from index.gateway.paths import parse_request
from index.gateway.responses import API_VERSION, refusal_response, route_refused, route_to
from index.gateway.routing import as_client_wants_it, find_route, identify


@csrf_exempt
@login_not_required
@require_safe
def version_check(request: HttpRequest) -> HttpResponse:
    """Answer 200 to any valid token and 401 with the challenge to everyone else.

    It is the index's own answer, so a login works while a registry is down.
    """
    try:
        identify(request.headers.get("Authorization", ""), scope="")
    except IndexRefusal as refusal:
        return refusal_response(refusal)
    return JsonResponse({}, headers=API_VERSION)


@login_not_required
@require_GET
def route(request: HttpRequest) -> HttpResponse:
    """Answer 204 and a registry's name, or 403 and what nginx is to say. nginx alone may ask."""
    supplied = request.headers.get("X-Waybill-Route", "")
    if not constant_time_compare(supplied, settings.GATEWAY_SECRET):
        return HttpResponse("for the gateway only\n", "text/plain", 403)
    method = request.headers.get("X-Original-Method", "")
    try:
        wanted = parse_request(
            method,
            request.headers.get("X-Original-Uri", ""),
            request.headers.get("Content-Type", ""),
        )
        return route_to(find_route(wanted, request.headers.get("Authorization", "")))
    except IndexRefusal as refusal:
        return route_refused(as_client_wants_it(refusal, method))
