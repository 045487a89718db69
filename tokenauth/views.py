"""`/token` and the published keys."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.basic_auth import parse_basic
from accounts.errors import InvalidCredentials
from tokenauth.access import check_service, granted_access
from tokenauth.credentials import Authenticated, authenticate
from tokenauth.errors import InvalidGrant, InvalidRequest, TokenRefusal
from tokenauth.inputs import GrantType, TokenRequest, read_get, read_post
from tokenauth.refresh import issue_refresh_token
from tokenauth.responses import refusal_response, token_response
from tokenauth.signing.keys import signing_keys
from tokenauth.signing.tokens import sign_access_token

MAXIMUM_TOKEN = 7_000  # bytes; many servers refuse header lines above 8 KiB


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def token(request: HttpRequest) -> JsonResponse:
    """Answer a token for what the caller may do of what it asked for; never sets a cookie."""
    try:
        asked = read_post(request) if request.method == "POST" else _read_get(request)
        return _issue(asked)
    except TokenRefusal as refusal:
        return refusal_response(refusal)


@login_not_required
@require_safe
def jwks(_request: HttpRequest) -> JsonResponse:
    """Answer the public halves of every key that still verifies."""
    response = JsonResponse({"keys": [key.jwk for key in signing_keys.all()]})
    response["Cache-Control"] = "public, max-age=300"
    return response


def _read_get(request: HttpRequest) -> TokenRequest:
    try:
        credential = parse_basic(request.headers.get("Authorization", ""))
    except InvalidCredentials as error:
        raise InvalidGrant(str(error)) from error
    if credential is None:
        return read_get(request)
    return read_get(request, login=credential.login, secret=credential.secret)


def _issue(asked: TokenRequest) -> JsonResponse:
    check_service(asked.service)
    who = authenticate(asked)
    access = granted_access(who.principal, asked.scopes, service=asked.service)
    signed = sign_access_token(
        subject=who.principal.subject,
        service=asked.service,
        access=access,
        credential=who.principal.credential,
    )
    if len(signed) > MAXIMUM_TOKEN:
        message = "too_many_scopes: ask for fewer repositories in one request"
        raise InvalidRequest(message)
    is_exchange = asked.grant_type is GrantType.TOKEN_EXCHANGE
    return token_response(signed, access, _refresh_token(asked, who), is_exchange=is_exchange)


def _refresh_token(asked: TokenRequest, who: Authenticated) -> str:
    """Return the refresh token it came with, or a new one for a login with an account password.

    Never one for an access token or a robot's secret: it would outlive and outgrow them (case 16),
    and they are meant to stay in pull secrets, where kubelet ignores identity tokens.
    """
    if who.refresh_token:
        return who.refresh_token
    by_password = asked.grant_type is GrantType.PASSWORD and not who.principal.credential
    if not (asked.offline and by_password and who.principal.user):
        return ""
    return issue_refresh_token(
        who.principal.user,
        service=asked.service,
        client_id=asked.client_id,
        address=asked.address,
    )
