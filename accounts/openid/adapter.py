"""Where django-allauth asks us about accounts that come from elsewhere."""

from __future__ import annotations

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from accounts.errors import AccountError
from accounts.flows.external_signup import create_external_user, is_address_of_someone
from accounts.models import Namespace, User
from accounts.names import check_user_name

log = logging.getLogger(__name__)

SOURCE = "single sign-on"


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """No account is ever taken over because a name or an address is the same."""

    def list_apps(
        self, request: HttpRequest | None, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the provider of the settings; nothing in the database can add another."""
        app = configured_app()
        asked = {app.provider, app.provider_id} if app else set()
        fits = app and provider in {None, *asked} and client_id in {None, app.client_id}
        return [app] if app and fits else []

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Keep no token of the provider; tell the owner of a known address how to connect.

        Only who proved the address to the provider is told that an account has it.
        """
        sociallogin.token = None
        proven = [address.email for address in sociallogin.email_addresses if address.verified]
        is_connecting = sociallogin.state.get("process") == "connect"
        if sociallogin.is_existing or is_connecting or not proven:
            return
        if is_address_of_someone(proven[0]):
            context = {"email": proven[0]}
            page = render(request, "socialaccount/address_taken.html", context, status=409)
            raise ImmediateHttpResponse(page)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Whom the provider lets in is let in, also where sign-up is closed to others."""
        return True

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Ask for a name where the provider's is none of ours, or is taken."""
        username = suggested_name(sociallogin)
        return bool(sociallogin.email_addresses) and is_name_free(username)

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Create the account and connect it; `form` has what the person chose."""
        chosen = form.cleaned_data if form else {}
        address = next(iter(sociallogin.email_addresses), None)
        email = chosen.get("email") or (address.email if address else "")
        user = create_external_user(
            username=chosen.get("username") or suggested_name(sociallogin),
            email=email,
            is_proven=bool(address and address.verified and address.email == email),
            source=SOURCE,
            display_name=sociallogin.account.extra_data.get("name", ""),
        )
        sociallogin.user = sociallogin.account.user = user
        sociallogin.account.save()
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        """Write down why, for the operator; the page says nothing of it."""
        reason = exception
        log.warning("single sign-on failed: %s", type(reason).__name__ if reason else "refused")
        if reason:
            log.info("single sign-on: %s", str(reason)[:300])

    def get_requests_session(self) -> Any:
        """Follow no redirect: code, secret and token are for the configured addresses alone."""
        session: Any = super().get_requests_session()  # type: ignore[no-untyped-call]  # allauth's
        session.max_redirects = 0
        return session


def suggested_name(sociallogin: SocialLogin) -> str:
    """Return the name that the provider calls a newcomer by."""
    return sociallogin.user.get_username() if sociallogin.user else ""


def configured_app() -> SocialApp | None:
    """Return the provider of the settings as django-allauth sees it, or None without one."""
    if not settings.OIDC_ISSUER:
        return None
    return SocialApp(
        provider="openid_connect",
        provider_id=settings.OIDC_ISSUER,
        name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID,
        secret=settings.OIDC_CLIENT_SECRET,
        settings={"scope": ["openid", "profile", "email", *settings.OIDC_EXTRA_SCOPES]},
    )


def is_name_free(username: str) -> bool:
    """Whether an account of this name can be made as it is."""
    try:
        check_user_name(username)
    except AccountError:
        return False
    return not Namespace.objects.filter(name=username).exists()
