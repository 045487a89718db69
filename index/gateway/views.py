"""`/v2/` itself; the question where a request goes is answered by `index.gateway.lane`."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from index.errors import IndexRefusal
from index.gateway.responses import API_VERSION, refusal_response
from index.gateway.routing import identify


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
