"""Forms of the account pages."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest

from accounts.adapter import AccountAdapter
from accounts.flows.signup import create_user
from accounts.models import User


class SignupForm(AllauthSignupForm):
    """allauth's form; the account itself is created by our flow."""

    def try_save(self, request: HttpRequest) -> tuple[User | None, Any]:
        """Create the account; someone who signs up with a known address is told by mail only."""
        if self.account_already_exists:
            answer: tuple[User | None, Any] = super().try_save(request)
            return answer
        user = create_user(
            username=self.cleaned_data["username"],
            email=self.cleaned_data["email"],
            password=self.cleaned_data["password1"],
        )
        return user, None


class FirstAdministratorForm(forms.Form):
    """The account of the first administrator."""

    username = forms.CharField(max_length=30, help_text="4 to 30 lowercase letters and digits.")
    email = forms.EmailField(label="E-mail")
    password = forms.CharField(
        strip=False,
        help_text="At least 9 characters; long beats complicated.",
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
