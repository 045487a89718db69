"""Forms for access tokens: the flow's own rules, put next to the fields they concern."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any, TypeVar

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from accounts.errors import AccountError
from accounts.expiry import CHOICES_IN_DAYS, check_expiry, in_days
from accounts.flows.personal_access_tokens import check_label
from accounts.token_limits import ApiPart, TokenLimits, read_limits, read_networks

_Given = TypeVar("_Given")
_Found = TypeVar("_Found")
_EXPIRY = [
    *((str(days), format_lazy(gettext_lazy("{days} days"), days=days)) for days in CHOICES_IN_DAYS),
    ("date", gettext_lazy("On a date: the one below, at the end of the day (UTC)")),
    ("never", gettext_lazy("Never: whoever finds it in some years can still use it")),
]
_LEVELS = {
    "pull": (gettext_lazy("Pull: download images"), ()),
    "push": (gettext_lazy("Pull and push: download and upload images"), ("push",)),
    "delete": (
        gettext_lazy("Pull, push and delete: also delete tags, and all that you may do in the API"),
        ("push", "delete"),
    ),
}
_PARTS = [
    (ApiPart.PROFILE_READ, gettext_lazy("Read your profile")),
    (ApiPart.REPOSITORIES_READ, gettext_lazy("Read repositories and who has access")),
    (ApiPart.REPOSITORIES_WRITE, gettext_lazy("Change repositories and who has access")),
    (ApiPart.ORGANIZATIONS_READ, gettext_lazy("Read organizations, members and teams")),
    (ApiPart.ORGANIZATIONS_WRITE, gettext_lazy("Change organizations, members and teams")),
]
_LINES = {"rows": 3, "autocapitalize": "none", "spellcheck": "false", "class": "mono"}


class ExpiryFields(forms.Form):
    """How long a secret holds."""

    expiry = forms.ChoiceField(
        label=gettext_lazy("Expires"), choices=_EXPIRY, widget=forms.RadioSelect, initial="90",
    )  # fmt: skip
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Only for “on a date”."),
    )

    def clean(self) -> dict[str, Any] | None:
        """Work out the moment."""
        super().clean()
        try:
            self.expires_at = self._moment()
        except AccountError as error:
            self.add_error("last_day", str(error))
        return self.cleaned_data

    def _moment(self) -> datetime | None:
        chosen = self.cleaned_data.get("expiry")
        if chosen in {str(days) for days in CHOICES_IN_DAYS}:
            return in_days(int(chosen))
        if chosen != "date":
            return None
        day = self.cleaned_data.get("last_day")
        if day is None:
            if "last_day" not in self.errors:
                self.add_error("last_day", gettext_lazy("Choose the day, or another choice above."))
            return timezone.now()
        return check_expiry(datetime.combine(day, time(23, 59, 59), UTC))


class TokenForm(ExpiryFields):
    """What the token is for, how long, and how far it reaches."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy(
            "What it is for, like: laptop, or nightly build. You find it by this later."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("May"),
        choices=[(level, label) for level, (label, _) in _LEVELS.items()],
        widget=forms.RadioSelect,
        initial="pull",
    )
    repositories = forms.CharField(
        label=gettext_lazy("Repositories"),
        widget=forms.Textarea(attrs=_LINES),
        max_length=5000,
        help_text=(
            gettext_lazy(
                "One per line: acme/app, acme/* for all of acme, acme/web-* for names that "
                "begin so, or * for every repository you have access to. Public ones can be "
                "pulled anyway."
            )
        ),
    )
    networks = forms.CharField(
        label=gettext_lazy("Only from these networks"),
        widget=forms.Textarea(attrs=_LINES),
        max_length=2000,
        required=False,
        help_text=gettext_lazy(
            "One per line: 203.0.113.0/24 or 2001:db8::/32. Empty: from everywhere."
        ),
    )
    api_parts = forms.MultipleChoiceField(
        label=gettext_lazy("Parts of the REST API"),
        choices=[(part.value, label) for part, label in _PARTS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy(
            "None is needed for docker, podman and other clients of the registry."
        ),
    )
    field_order = (
        "name", "expiry", "last_day", "level", "repositories", "networks", "api_parts",
    )  # fmt: skip

    def clean_name(self) -> str:
        """Say what the flow would say."""
        return _checked(check_label, self.cleaned_data["name"])

    def clean_networks(self) -> tuple[str, ...]:
        """Return the networks."""
        return _checked(read_networks, _lines(self.cleaned_data["networks"]))

    def clean_repositories(self) -> list[str]:
        """Return the patterns."""
        patterns = _lines(self.cleaned_data["repositories"])
        _checked(lambda wanted: read_limits(wanted, (), ()), patterns)
        return patterns

    @property
    def limits(self) -> TokenLimits:
        """How far it reaches; of a valid form."""
        _, actions = _LEVELS[self.cleaned_data["level"]]
        data = self.cleaned_data
        return read_limits(data["repositories"], actions, data["api_parts"])


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _checked(check: Callable[[_Given], _Found], value: _Given) -> _Found:
    try:
        return check(value)
    except AccountError as error:
        raise forms.ValidationError(str(error)) from error
