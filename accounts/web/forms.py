"""Forms of the account pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.adapter import AccountAdapter
from accounts.flows.signup import sign_up
from accounts.models import User
from accounts.names import USER_NAME_RULE

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

PASSWORD_HELP = _("At least 9 characters; long beats complicated.")
_USERNAME_HELP = format_lazy(
    _("{rule}. Public, and it cannot be changed later."), rule=USER_NAME_RULE
)


class LoginForm(AllauthLoginForm):
    """allauth's form in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say what may be typed where."""
        super().__init__(*args, **kwargs)
        say(self, "login", label=_("User name or e-mail address"))
        say(self, "password", label=_("Password"))


class SignupForm(AllauthSignupForm):
    """allauth's form; the account itself is created by our flow."""

    invitation = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    proof = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Tell the rules before they are broken."""
        super().__init__(*args, **kwargs)
        say(self, "username", label=_("User name"), help_text=_USERNAME_HELP)
        say(
            self,
            "email",
            label=_("E-mail address"),
            help_text=_("Only you see it. We send a code to it."),
        )
        say(self, "password1", label=_("Password"), help_text=PASSWORD_HELP)
        honey = self.fields[settings.ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD]
        honey.label = _("Leave this empty")
        honey.widget.attrs = {"class": "honey", "tabindex": "-1", "autocomplete": "off"}

    def validate_unique_email(self, value: str) -> str:
        """Take any address: the mail, not the page, says that one is known."""
        return value

    def try_save(self, request: HttpRequest) -> tuple[User | None, Any]:
        """Create the account by our flow; a filled trap looks like success."""
        if self.cleaned_data[settings.ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD]:
            answer: tuple[User | None, Any] = super().try_save(request)
            return answer
        user = sign_up(
            username=self.cleaned_data["username"],
            email=self.cleaned_data["email"],
            password=self.cleaned_data["password1"],
            invitation=self.cleaned_data["invitation"],
            proof=self.cleaned_data["proof"],
            address=request.META["REMOTE_ADDR"],
        )
        return user, None


class FirstAdministratorForm(forms.Form):
    """The account of the first administrator."""

    username = forms.CharField(
        label=_("User name"),
        max_length=30,
        help_text=_USERNAME_HELP,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    email = forms.EmailField(label=_("E-mail address"))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_username(self) -> str:
        """Apply the one grammar of names."""
        return AccountAdapter().clean_username(self.cleaned_data["username"])

    def clean(self) -> dict[str, Any]:
        """Apply the password rules, with name and address to compare against."""
        data = super().clean() or self.cleaned_data
        if password := data.get("password"):
            user = User(username=data.get("username", ""), email=data.get("email", ""))
            try:
                validate_password(password, user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class ExternalSignupForm(forms.Form):
    """What the provider did not say of somebody, or said in a way that is no name here."""

    username = forms.CharField(
        label=_("User name"),
        max_length=30,
        help_text=_USERNAME_HELP,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Only you see it. We send a code to it."),
    )

    def clean_username(self) -> str:
        """Apply the one grammar of names."""
        return AccountAdapter().clean_username(self.cleaned_data["username"])

    def clean_email(self) -> str:
        """Compare as addresses are kept."""
        return str(self.cleaned_data["email"]).lower()


def say(
    form: forms.Form, name: str, *, label: _StrOrPromise, help_text: _StrOrPromise | None = None
) -> None:
    """Name a field of allauth's; its placeholder goes, for it would only repeat the label."""
    field = form.fields[name]
    field.label = label
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs["autocapitalize"] = "none"
    if help_text is not None:
        field.help_text = help_text
