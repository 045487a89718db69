"""Account pages of our own; the others are allauth's."""

from __future__ import annotations

from django.urls import include, path

from accounts.web import mail, setup, tokens
from accounts.web.keys import RemoveKeyView
from accounts.web.login import LoginView
from accounts.web.signup import SignupView

urlpatterns = [
    path("accounts/login/", LoginView.as_view(), name="account_login"),
    path("accounts/signup/", SignupView.as_view(), name="account_signup"),
    path(
        "accounts/2fa/webauthn/keys/<int:pk>/remove/",
        RemoveKeyView.as_view(),
        name="mfa_remove_webauthn",
    ),
    path("settings/tokens", tokens.index, name="web-tokens"),
    path("settings/tokens/new", tokens.new, name="web-token-new"),
    path("settings/tokens/revoke-all", tokens.revoke_all, name="web-tokens-revoke-all"),
    path("settings/tokens/<int:token_id>/rotate", tokens.rotate, name="web-token-rotate"),
    path("settings/tokens/<int:token_id>/revoke", tokens.revoke, name="web-token-revoke"),
    path("", include("accounts.web.organizations.urls")),
    path("setup/<str:token>", setup.first_administrator, name="web-setup"),
    path("dev/mail", mail.inbox, name="web-mail"),
    path("dev/mail/<str:name>", mail.message, name="web-mail-message"),
]
