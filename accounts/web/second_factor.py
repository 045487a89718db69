"""Of whom two factors are demanded, that person sets them up before anything else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from accounts import second_factor
from accounts.models import User
from accounts.openid.claims import PROVED_ELSEWHERE
from accounts.problems import problem

_STAY_OPEN = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "account_email",
        "account_email_verification_sent",
        "openid-login",
        "openid-callback",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "web-organization-leave",  # the other way to meet the demand of an organization
        # One's own data and the way out need no second factor, as they need no organization.
        "web-own-data",
        "web-own-data-export",
        "web-account-close",
        "account_change_password",
        "web-theme",
        "web-language",
        "docs",
        "docs-api",
        "docs-api-group",
        "docs-page",
        "web-help",
        "web-mail",
        "web-mail-message",
        "web-picture",
        "healthz",
        "readyz",
    }
)


def second_factor_gate(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Lead whoever lacks a demanded second factor to the page that sets one up.

    Requests without our session cookie are none of its business: docker's doors have their own
    check (accounts.flows.authenticate).
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return get_response(request)
        if not isinstance(request.user, User) or _is_open(request):
            return get_response(request)
        if PROVED_ELSEWHERE in request.session:  # the company's provider asked for them
            return get_response(request)
        if not second_factor.is_missing_of(request.user):
            return get_response(request)
        return _refuse(request)

    return middleware


def _is_open(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).view_name in _STAY_OPEN
    except Resolver404:
        return True


def _refuse(request: HttpRequest) -> HttpResponse:
    if not request.path_info.startswith("/api/"):
        return redirect("mfa_index")
    detail = second_factor.why_demanded(request.user) if isinstance(request.user, User) else ""
    body = problem(403, "second-factor-missing", detail)
    return JsonResponse(body, status=403, content_type="application/problem+json")
