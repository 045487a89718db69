"""django-allauth's forms about one's own account, in our words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.models import EmailAddress
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.web.forms import PASSWORD_HELP, say


class AddEmailForm(allauth_forms.AddEmailForm):
    """One more address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say what happens then."""
        super().__init__(*args, **kwargs)
        say(self, "email", label=_("E-mail address"), help_text=_("We send a code to it."))


class ConfirmCodeForm(allauth_forms.ConfirmEmailVerificationCodeForm):
    """The code from the mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the field."""
        super().__init__(*args, **kwargs)
        say(self, "code", label=_("Code"))


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """The old password and the new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Tell the rules before they are broken."""
        super().__init__(*args, **kwargs)
        say(self, "oldpassword", label=_("Current password"))
        _say_new_password(self)


class SetPasswordForm(allauth_forms.SetPasswordForm):
    """A password for an account that has none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Tell the rules before they are broken."""
        super().__init__(*args, **kwargs)
        _say_new_password(self)


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):
    """A new password by the link from the mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Tell the rules before they are broken."""
        super().__init__(*args, **kwargs)
        _say_new_password(self)


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Where to send the link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the field."""
        super().__init__(*args, **kwargs)
        say(self, "email", label=_("E-mail address"))

    def clean_email(self) -> str:
        """Take an address that waits to be proven for nobody's: whoever has it must not get in.

        The primary one counts from the start, for those who forget their first password.
        """
        email: str = super().clean_email()
        self.users = [user for user in self.users if _is_reachable_at(user, email)]
        return email


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the field."""
        super().__init__(*args, **kwargs)
        say(self, "password", label=_("Password"))


def _is_reachable_at(user: User, email: str) -> bool:
    counts = Q(verified=True) | Q(primary=True)
    return EmailAddress.objects.filter(counts, user=user, email=email.lower()).exists()


def _say_new_password(form: Any) -> None:
    say(form, "password1", label=_("New password"), help_text=PASSWORD_HELP)
    say(form, "password2", label=_("New password once more"))
