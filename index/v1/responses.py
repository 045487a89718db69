"""Answers of the v1 protocol: JSON that may be a bare string, and what its headers mean."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpResponse, JsonResponse

from index.errors import IndexRefusal
from index.models import Registry
from index.v1.errors import Throttled, V1Refusal


def json_response(body: object, status: int = 200) -> JsonResponse:
    """Return any JSON, also the bare strings that old docker compares byte by byte."""
    return JsonResponse(body, status=status, safe=False)


def no_content() -> HttpResponse:
    """Return 204. It has no body, whatever the v1 documents say: a server would choke on one."""
    return HttpResponse(status=204)


def refusal_response(refusal: V1Refusal | IndexRefusal) -> JsonResponse:
    """Return `{"error": …}` with the challenge of a 401 and the pause of a 429."""
    response = json_response({"error": str(refusal)}, refusal.status)
    if isinstance(refusal, V1Refusal) and refusal.challenge:
        response["WWW-Authenticate"] = refusal.challenge
    if isinstance(refusal, Throttled):
        response["Retry-After"] = str(refusal.retry_after)
    return response


def with_endpoints(response: HttpResponse, registry: Registry, token: str = "") -> HttpResponse:
    """Name the registry that keeps the repository, and hand out the token for it if there is one.

    A bare host: the client builds `<scheme of the index>://host/v1/` from it. This header is how
    the original index routed a name to a registry.
    """
    response["X-Docker-Endpoints"] = urlsplit(registry.upstream_url).netloc
    if token:
        response["X-Docker-Token"] = token
        response["WWW-Authenticate"] = f"Token {token}"
    return response
