"""`/.well-known/jwks.json`: the public half of every key that verifies, the next one included."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from tokenauth.signing.keys import signing_keys

_KEEP = 300  # seconds; a key is published far longer before it signs


@login_not_required
@require_safe
def jwks(_request: HttpRequest) -> JsonResponse:
    """Answer the keys under their RFC 7638 thumbprints."""
    response = JsonResponse({"keys": [key.jwk for key in signing_keys.all()]})
    response["Cache-Control"] = f"public, max-age={_KEEP}"
    return response
