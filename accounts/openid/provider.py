"""Our provider for django-allauth: a fixed address to come back to, PKCE, nonce, everything checked."""

from __future__ import annotations

import logging
import secrets
from typing import Any
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import (
    OpenIDConnectProvider as AllauthProvider,
)
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.openid.claims import is_email_verified, kept_of
from accounts.openid.id_token import IDTokenInvalid, check_id_token

log = logging.getLogger(__name__)

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderUnusable(OAuth2Error):
    """The provider's answer cannot be used; `str()` is for the log."""


class Adapter(OpenIDConnectOAuth2Adapter):
    """The conversation with the provider."""

    expected_nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """The discovery document, if it speaks for the issuer that is configured."""
        if not hasattr(self, "_openid_config"):
            base = settings.OIDC_ISSUER.rstrip("/")
            config = self._get_json(f"{base}/.well-known/openid-configuration")
            _check_discovery(config)
            self._openid_config = config
        known: dict[str, Any] = self._openid_config
        return known

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return the one address that the provider knows; never made of the request's host."""
        return f"{settings.PUBLIC_URL}{reverse('openid-callback')}"

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Return whom the ID token names, with what else the provider says of them.

        The signature is checked always, also though the token came over TLS; what the userinfo
        endpoint says counts only for the same subject (OpenID Connect Core 5.3.2).
        """
        try:
            claims = check_id_token(
                kwargs["response"].get("id_token"),
                keys=self._get_json(self.openid_config["jwks_uri"]),
                issuer=settings.OIDC_ISSUER,
                client_id=app.client_id,
                nonce=self.expected_nonce,
            )
        except IDTokenInvalid as error:
            raise ProviderUnusable(str(error)) from error
        if url := self.openid_config.get("userinfo_endpoint"):
            information = self._get_json(url, bearer=token.token)
            if information.get("sub") != claims["sub"]:
                message = "userinfo speaks of somebody else"
                raise ProviderUnusable(message)
            claims = information | claims
        provider = self.get_provider()  # type: ignore[no-untyped-call]  # allauth's
        login: SocialLogin = provider.sociallogin_from_response(request, {"id_token": claims})
        return login

    def _get_json(self, url: str, *, bearer: str = "") -> dict[str, Any]:
        _check_address(url)
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        with get_adapter().get_requests_session() as session:  # type: ignore[no-untyped-call]
            response = session.get(url, headers=headers)
            response.raise_for_status()
            body = response.json()
        if not isinstance(body, dict):
            message = f"{urlsplit(url).path} is no JSON object"
            raise ProviderUnusable(message)
        return body


class Provider(AllauthProvider):
    """The one provider of the settings; its accounts are (issuer, subject), never an address."""

    oauth2_adapter_class = Adapter
    pkce_enabled_default = True

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        """Return where the button goes."""
        return reverse("openid-login")

    def get_callback_url(self) -> str:
        """Return the path to come back to."""
        return reverse("openid-callback")

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        """Ask for what the settings say, whatever the request would like."""
        scope: list[str] = self.get_scope()  # type: ignore[no-untyped-call]  # allauth's
        return scope

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: str | None = None,
        data: Any = None,
        **kwargs: Any,
    ) -> HttpResponse:
        """Send the browser to the provider, with a nonce that the ID token must repeat."""
        nonce = secrets.token_urlsafe(32)
        response: HttpResponse = super().redirect(
            request, process, next_url, auth_params={"nonce": nonce}, nonce=nonce
        )
        return response

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """Return the address, proven only if the provider says so in so many words."""
        claims = data["id_token"]
        email = claims.get("email")
        if not isinstance(email, str):
            return []
        # A letter such as the Kelvin sign turns into ASCII in lower case: another's mailbox.
        proven = is_email_verified(claims) and email.isascii()
        return [EmailAddress(email=email.lower(), verified=proven, primary=True)]

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return what an account may be made of."""
        kept = self.extract_extra_data(data)
        return {"username": kept["preferred_username"], "email": kept["email"]}

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return what is kept."""
        return kept_of(data["id_token"], groups_claim=settings.OIDC_GROUPS_CLAIM)


class CallbackView(OAuth2CallbackView):
    """Where the provider sends the browser back to."""

    adapter: Adapter

    def _get_state(
        self, request: HttpRequest, provider: Provider
    ) -> tuple[dict[str, Any] | None, HttpResponse | None]:
        """Hand the nonce of this log-in on; refuse an answer of another issuer (RFC 9207)."""
        found: tuple[dict[str, Any] | None, HttpResponse | None]
        found = super()._get_state(request, provider)
        if request.GET.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:
            log.warning("single sign-on: the answer is of another issuer")
            found = super()._get_state(request, provider)  # the state is used up: refused
        self.adapter.expected_nonce = (found[0] or {}).get("nonce", "")
        return found


def _check_discovery(config: dict[str, Any]) -> None:
    if config.get("issuer") != settings.OIDC_ISSUER:
        message = "the discovery document speaks for another issuer"
        raise ProviderUnusable(message)
    for name in _ENDPOINTS:
        if not isinstance(config.get(name), str):
            message = f"the discovery document has no {name}"
            raise ProviderUnusable(message)
        _check_address(config[name])


def _check_address(url: str) -> None:
    """Refuse plain http, unless the issuer itself is on this very machine: for tests."""
    if urlsplit(url).scheme != "https" and not settings.OIDC_ISSUER.startswith("http://"):
        message = f"{url} is not https"
        raise ProviderUnusable(message)
