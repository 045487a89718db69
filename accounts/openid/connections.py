"""What an account is connected to at providers: shown and ended alike by page and REST API."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.socialaccount.internal import flows
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.signals import social_account_removed
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.errors import LastWayIn
from accounts.flows.directory_login import is_kept_in_directory


def end_connection(request: HttpRequest, account: SocialAccount) -> None:
    """Forget a connection and tell its owner by mail. Raises LastWayIn."""
    if is_last_way_in(request, account):
        message = _(
            "This is the only way into your account. Set a password first, then disconnect."
        )
        raise LastWayIn(message)
    account.delete()
    social_account_removed.send(sender=SocialAccount, request=request, socialaccount=account)
    adapter = get_adapter(request)
    adapter.send_notification_mail("socialaccount/email/account_disconnected", account.user)


def is_last_way_in(request: HttpRequest, account: SocialAccount) -> bool:
    """Whether nothing else opens the account: neither password nor directory nor another provider."""
    if is_kept_in_directory(account.user):
        return False
    try:
        flows.connect.validate_disconnect(request, account)
    except ValidationError:
        return True
    return False


def known_as(account: SocialAccount) -> str:
    """Return what the provider calls the person."""
    told = account.extra_data
    return str(told.get("preferred_username") or told.get("email") or account.uid)
