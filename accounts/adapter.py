"""Where django-allauth asks us: names and the creation of accounts."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.errors import (
    AccountError,
    AccountNotCreated,
    InvalidCredentials,
    NoAnswerNow,
    TooManyAttempts,
)
from accounts.flows.authenticate import verify_password
from accounts.flows.site_invitations import find_invitation
from accounts.models import Namespace, User
from accounts.names import check_user_name

_WRONG = gettext_lazy("The user name, the address or the password is wrong.")
_BEGAN_WITH = "log_in_began_with"
_CODES = ("account/email/email_confirmation", "account/email/email_confirmation_signup")


class AccountAdapter(DefaultAccountAdapter):
    """User names obey our grammar and compete with organizations for one table of namespaces."""

    error_messages = {  # noqa: RUF012 - allauth's attribute, read only
        **DefaultAccountAdapter.error_messages,
        "account_inactive": gettext_lazy(
            "This account is disabled. Only an administrator can enable it again."
        ),
        "cannot_remove_primary_email": gettext_lazy(
            "The primary address cannot be removed. Make another one primary first."
        ),
        "duplicate_email": gettext_lazy("That is one of your addresses already."),
        "email_password_mismatch": _WRONG,
        "username_password_mismatch": _WRONG,
        "invalid_login": _WRONG,
        "enter_current_password": gettext_lazy("That is not your current password."),
        "incorrect_code": gettext_lazy(
            "That is not the code from our last message. Look at the newest one, or let "
            "us send another."
        ),
        "incorrect_password": gettext_lazy("That is not your password."),
        "max_email_addresses": gettext_lazy(
            "You have %d addresses, and no more are possible. Remove one first."
        ),
        "too_many_login_attempts": gettext_lazy("Too many wrong codes. Try again in five minutes."),
        "unverified_primary_email": gettext_lazy("Only a verified address can be the primary one."),
        "rate_limited": gettext_lazy("Too many attempts. Try again in a few minutes."),
    }

    def clean_username(self, username: str, shallow: bool = False) -> str:  # noqa: FBT001, FBT002
        """Return the name unchanged or raise the sentence of the rule that it breaks."""
        try:
            check_user_name(username)
        except AccountError as error:
            raise forms.ValidationError(str(error)) from error
        if not shallow and Namespace.objects.filter(name=username).exists():
            message = _("The name %(username)s is taken. Choose another one.") % {
                "username": username
            }
            raise forms.ValidationError(message)
        return username

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Check a password like docker's doors do: one hash, limits per account *and* network.

        allauth's own limit is per account, so that anyone could lock anyone out (case 14).
        """
        login = credentials.get("username") or credentials.get("email", "")
        try:
            user = verify_password(
                login=login,
                password=credentials["password"],
                address=self.get_client_ip(request),
            )
        except InvalidCredentials:
            return None
        except TooManyAttempts as error:
            message = _("Too many failed logins. Try again in %(retry_after)s seconds.") % {
                "retry_after": error.retry_after
            }
            raise forms.ValidationError(message) from error
        except (AccountNotCreated, NoAnswerNow) as error:
            message = f"{str(error)[:1].upper()}{str(error)[1:]}"
            raise forms.ValidationError(message) from error
        user.backend = settings.AUTHENTICATION_BACKENDS[0]
        return user

    def pre_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse | None:
        """Remember with which password a log-in begins: the code may follow minutes later."""
        request.session[_BEGAN_WITH] = user.get_session_auth_hash()
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Let nobody in who began with a password that was changed meanwhile."""
        began_with = request.session.pop(_BEGAN_WITH, "")
        if not constant_time_compare(began_with, user.get_session_auth_hash()):
            messages.error(request, _("Your password was changed a moment ago. Log in again."))
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether there is a form at all; what it sends is checked by the flow."""
        if settings.SIGNUP != "invitation":
            return settings.SIGNUP != "closed"
        text = request.POST.get("invitation") or request.GET.get("invitation", "")
        return find_invitation(text) is not None

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a message; the owner of a proven address gets no code for another's account."""
        is_code = template_prefix in _CODES
        if is_code and _is_proven_by_another(email, context.get("user")):
            template_prefix = "account/email/account_already_exists"
            context = context | {"password_reset_url": reverse("account_reset_password")}
            context.pop("code", None)
        # Somebody without an account reads what the page said that they were on.
        with translation.override(getattr(context.get("user"), "language", "") or get_language()):
            super().send_mail(template_prefix, email, context)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Count an address as proven; the primary one is told of every other: it opens the account."""
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed and not email_address.primary:
            context = {"email": email_address.email}
            self.send_notification_mail("account/email/email_added", email_address.user, context)
        return confirmed

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Lead who proved a further address back to all of them, where it can become the primary one."""
        if not email_address.primary:
            return reverse("account_email")
        return str(super().get_email_verification_redirect_url(email_address))

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """Keep the primary address and the last proven one: without, nobody gets in any more."""
        others = EmailAddress.objects.filter(user=email_address.user_id, verified=True)
        is_last = not others.exclude(pk=email_address.pk).exists()
        return not (email_address.primary or (email_address.verified and is_last))

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that the gateway vouches for (config.middleware.gateway_trust)."""
        return str(request.META["REMOTE_ADDR"])

    def is_safe_url(self, url: str | None) -> bool:
        """Allow only paths on this site (case 27)."""
        return bool(url and url.startswith("/") and super().is_safe_url(url))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether to ask once more who is there: not within ten minutes of the log-in itself."""
        return not _logged_in_lately(self.request)

    def format_email_subject(self, subject: str) -> Any:
        """Prefix the subject with the product, on one line."""
        return f"[Waybill] {' '.join(subject.split())}"


def _logged_in_lately(request: HttpRequest) -> bool:
    """Whether a password or a factor was shown in this session; a provider may not have asked."""
    user = request.user if request.user.is_authenticated else None
    records = get_authentication_records(request, user)
    shown = [record["at"] for record in records if record["method"] in {"password", "mfa"}]
    return bool(shown) and time.time() - max(shown) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def _is_proven_by_another(email: str, user: User | None) -> bool:
    proven = EmailAddress.objects.filter(email=email.lower(), verified=True)
    return bool(proven.exclude(user=user).exists())
