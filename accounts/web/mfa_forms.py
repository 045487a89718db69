"""django-allauth's forms of two factors, in our words."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.web.forms import say

_CODE_HELP = _("Six digits from your app, or one of your recovery codes.")


class ActivateTOTPForm(totp_forms.ActivateTOTPForm):
    """The first code of an authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the field."""
        super().__init__(*args, **kwargs)
        say(self, "code", label=_("Code"), help_text=_("The six digits that the app shows now."))
        _take_digits(self)

    def clean_code(self) -> str:
        """Take the code once: it does not log anybody in afterwards."""
        code: str = super().clean_code()
        TOTP(Authenticator(user=self.user))._mark_code_used(code)
        return code


class CodeForm(base_forms.AuthenticateForm):
    """A code at log-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the field."""
        super().__init__(*args, **kwargs)
        say(self, "code", label=_("Code"), help_text=_CODE_HELP)
        _take_digits(self)


class ReauthenticateForm(base_forms.ReauthenticateForm):
    """A code before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the field."""
        super().__init__(*args, **kwargs)
        say(self, "code", label=_("Code"), help_text=_CODE_HELP)
        _take_digits(self)


class AddKeyForm(webauthn_forms.AddWebAuthnForm):
    """A security key, or a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say what the choice means."""
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["maxlength"] = "80"
        say(
            self,
            "name",
            label=_("Name"),
            help_text=_("For yourself, so that you know later which one it is."),
        )
        if "passwordless" in self.fields:
            say(
                self,
                "passwordless",
                label=_("Log in with it alone (passkey): no password is asked"),
                help_text=_("The device asks for your finger, face or PIN then."),
            )

    def clean_name(self) -> str:
        """Keep it short: it is shown in lists and mails."""
        name: str = super().clean_name()
        return name[:80]


class RenameKeyForm(webauthn_forms.EditWebAuthnForm):
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the field."""
        super().__init__(*args, **kwargs)
        say(self, "name", label=_("Name"))

    def clean_name(self) -> str:
        """Keep it short: it is shown in lists and mails."""
        return str(self.cleaned_data["name"])[:80]


def _take_digits(form: forms.Form) -> None:
    form.fields["code"].widget.attrs |= {"inputmode": "numeric", "maxlength": "12"}
