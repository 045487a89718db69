"""Forms of the administration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.flows.announce import Wording
from accounts.models import (
    LONGEST_ANNOUNCEMENT,
    Announcement,
    AnnouncementAudience,
    AnnouncementLevel,
    User,
)

_PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
_MOMENT = {"type": "datetime-local"}
_MOMENT_FORMAT = "%Y-%m-%dT%H:%M"


class OwnerForm(forms.Form):
    """Who is to own an organization that nobody owns, and why."""

    owner = forms.CharField(
        label=_lazy("User name"), max_length=30, widget=forms.TextInput(attrs=_PLAIN)
    )
    reason = forms.CharField(
        label=_lazy("Reason"), max_length=200, help_text=_lazy("Written down in the audit.")
    )

    def clean_owner(self) -> User:
        """Return the person."""
        found = User.objects.filter(username=self.cleaned_data["owner"]).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has this user name."))
        return found


class AnnouncementForm(forms.Form):
    """What is said, to whom, and when; times are UTC, as everywhere here."""

    text = forms.CharField(
        label=_lazy("Text"),
        max_length=LONGEST_ANNOUNCEMENT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_lazy("Plain text on one line; up to 300 characters. Links do not work in it."),
    )
    level = forms.ChoiceField(label=_lazy("Level"), choices=AnnouncementLevel.choices)
    audience = forms.ChoiceField(label=_lazy("Shown to"), choices=AnnouncementAudience.choices)
    begins_at = forms.DateTimeField(
        label=_lazy("From (UTC)"),
        required=False,
        help_text=_lazy("At once, if it is empty."),
        widget=forms.DateTimeInput(attrs=_MOMENT, format=_MOMENT_FORMAT),
    )
    ends_at = forms.DateTimeField(
        label=_lazy("Until (UTC)"),
        required=False,
        help_text=_lazy("Until somebody ends it, if it is empty."),
        widget=forms.DateTimeInput(attrs=_MOMENT, format=_MOMENT_FORMAT),
    )
    is_dismissible = forms.BooleanField(
        label=_lazy("Readers can close it"), required=False, initial=True
    )

    def __init__(self, *args: Any, announcement: Announcement | None = None, **kwargs: Any) -> None:
        """Begin with what is there."""
        if announcement is not None:
            kwargs["initial"] = {name: getattr(announcement, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)

    def clean_text(self) -> str:
        """Return it on one line."""
        return " ".join(self.cleaned_data["text"].split())

    @property
    def wording(self) -> Wording:
        """What was said."""
        data = self.cleaned_data
        return Wording(
            text=data["text"],
            level=AnnouncementLevel(data["level"]),
            audience=AnnouncementAudience(data["audience"]),
            begins_at=data["begins_at"] or timezone.now(),
            ends_at=data["ends_at"],
            is_dismissible=data["is_dismissible"],
        )
