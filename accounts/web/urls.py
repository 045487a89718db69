"""Account pages of our own; the others are allauth's."""

from __future__ import annotations

from django.urls import include, path

from accounts.web import (
    command_line,
    mail,
    mail_choices,
    profile,
    setup,
    single_sign_on,
    tokens,
)
from accounts.web.keys import RemoveKeyView
from accounts.web.login import LoginView
from accounts.web.passwords import PasswordChangeView, PasswordSetView
from accounts.web.signup import SignupView

urlpatterns = [
    path("accounts/login/", LoginView.as_view(), name="account_login"),
    path("accounts/signup/", SignupView.as_view(), name="account_signup"),
    path(
        "accounts/2fa/webauthn/keys/<int:pk>/remove/",
        RemoveKeyView.as_view(),
        name="mfa_remove_webauthn",
    ),
    path("accounts/password/change/", PasswordChangeView.as_view(), name="account_change_password"),
    path("accounts/password/set/", PasswordSetView.as_view(), name="account_set_password"),
    path("accounts/sso/login", single_sign_on.log_in, name="openid-login"),
    path("accounts/sso/callback", single_sign_on.callback, name="openid-callback"),
    # Under the names that django-allauth calls them by.
    path("accounts/sso/cancelled", single_sign_on.cancelled, name="socialaccount_login_cancelled"),
    path("accounts/sso/name", single_sign_on.choose_name, name="socialaccount_signup"),
    path("settings/connections", single_sign_on.connections, name="socialaccount_connections"),
    path("settings/connections/connect", single_sign_on.connect, name="web-connection-connect"),
    path(
        "settings/connections/<int:account_id>/disconnect",
        single_sign_on.disconnect,
        name="web-connection-disconnect",
    ),
    path("accounts/device", command_line.device, name="web-command-line"),
    path("settings/tokens", tokens.index, name="web-tokens"),
    path("settings/tokens/new", tokens.new, name="web-token-new"),
    path("settings/tokens/revoke-all", tokens.revoke_all, name="web-tokens-revoke-all"),
    path("settings/tokens/<int:token_id>/rotate", tokens.rotate, name="web-token-rotate"),
    path("settings/tokens/<int:token_id>/revoke", tokens.revoke, name="web-token-revoke"),
    path("", include("accounts.web.organizations.urls")),
    path("settings/profile", profile.profile, name="web-profile"),
    path("settings/profile/picture", profile.upload, name="web-picture-upload"),
    path("settings/profile/picture/remove", profile.remove, name="web-picture-remove"),
    path("settings/mails", mail_choices.choose, name="web-mails"),
    path("unsubscribe/<str:token>", mail_choices.end, name="web-unsubscribe"),
    path("settings/history", profile.history, name="web-security-history"),
    path("avatars/<slug:digest>", profile.picture, name="web-picture"),
    path("", include("accounts.web.manage_urls")),
    path("setup/<str:token>", setup.first_administrator, name="web-setup"),
    path("dev/mail", mail.inbox, name="web-mail"),
    path("dev/mail/<str:name>", mail.message, name="web-mail-message"),
]
