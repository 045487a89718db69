"""Answers of `/token`, in the words every client understands (protocol.md A.3, A.8)."""

from __future__ import annotations

from django.conf import settings
from django.http import JsonResponse

from tokenauth.errors import Throttled, TokenRefusal
from tokenauth.inputs import ACCESS_TOKEN_TYPE
from tokenauth.signing.tokens import Access


def token_response(
    token: str, access: list[Access], refresh_token: str, *, is_exchange: bool = False
) -> JsonResponse:
    """Return 200. No `issued_at`: clients would compute with it on their own clock."""
    body: dict[str, object] = {
        "token": token,
        "access_token": token,
        "expires_in": settings.TOKEN_LIFETIME,
        "scope": " ".join(
            f"{entry['type']}:{entry['name']}:{','.join(entry['actions'])}" for entry in access
        ),
    }
    if is_exchange:  # RFC 8693, 2.2.1
        body |= {"issued_token_type": ACCESS_TOKEN_TYPE, "token_type": "Bearer"}
    if refresh_token:
        body["refresh_token"] = refresh_token
    return _no_store(JsonResponse(body))


def refusal_response(refusal: TokenRefusal) -> JsonResponse:
    """Return the error in all four forms at once: registry, Hub's `details`, and RFC 6749."""
    message = str(refusal)
    response = JsonResponse(
        {
            "errors": [{"code": refusal.code, "message": message, "detail": None}],
            "details": message,
            "error": refusal.error,
            "error_description": message,
        },
        status=refusal.status,
    )
    if isinstance(refusal, Throttled):
        response["Retry-After"] = str(refusal.retry_after)
    return _no_store(response)


def _no_store(response: JsonResponse) -> JsonResponse:
    response["Cache-Control"] = "no-store"
    response["Vary"] = "Authorization"
    return response
