"""What follows from a log-in by the provider: teams; and what is written down of connections."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_logged_in
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.signals import social_account_added, social_account_removed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.audit import AuditAction, record
from accounts.flows.external_groups import replace_groups
from accounts.models import DirectoryAccount, User
from accounts.openid.adapter import SOURCE
from accounts.openid.claims import PROVED_ELSEWHERE
from accounts.principals import Principal


@receiver(user_logged_in)
def follow_log_in(
    request: HttpRequest, user: User, sociallogin: SocialLogin | None = None, **_kwargs: Any
) -> None:
    """Replace the teams by the groups that the provider told; remember how they proved themselves."""
    if sociallogin is None:
        return
    told = sociallogin.account.extra_data
    if told.get("two_factors"):
        request.session[PROVED_ELSEWHERE] = True
    if not DirectoryAccount.objects.filter(user=user).exists():  # the directory's groups count
        replace_groups(user, told.get("groups", []), source=SOURCE)


@receiver(social_account_added)
def note_connection(sociallogin: SocialLogin, **_kwargs: Any) -> None:
    """Write down that the provider opens this account from now on."""
    user = sociallogin.user
    if isinstance(user, User):
        _note(AuditAction.EXTERNAL_LOGIN_CONNECTED, user, sociallogin.account)


@receiver(social_account_removed)
def note_disconnection(socialaccount: SocialAccount, **_kwargs: Any) -> None:
    """Write down that it does no longer; its groups go with it."""
    user = socialaccount.user
    _note(AuditAction.EXTERNAL_LOGIN_DISCONNECTED, user, socialaccount)
    if not DirectoryAccount.objects.filter(user=user).exists():
        replace_groups(user, [], source=SOURCE)


def _note(action: AuditAction, user: User, account: SocialAccount) -> None:
    record(action, by=Principal(user), user=user, target=account.provider)
