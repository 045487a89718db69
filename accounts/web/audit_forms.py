"""The form that searches the audit of the whole site."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.audit_search import AuditFilter

_DAY = {"type": "date"}


class SiteAuditForm(forms.Form):
    """What to show; wrong values show everything, and say so."""

    actor = forms.CharField(label=_("Who"), max_length=80, required=False)
    action = forms.CharField(
        label=_("What"),
        max_length=60,
        required=False,
        help_text=_("robot:deleted, or robot: for everything about robots."),
    )
    target = forms.CharField(label=_("To what"), max_length=255, required=False)
    namespace = forms.CharField(label=_("Namespace"), max_length=30, required=False)
    address = forms.GenericIPAddressField(label=_("From address"), required=False)
    since = forms.DateField(label=_("Since"), required=False, widget=forms.DateInput(attrs=_DAY))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs=_DAY))

    @property
    def filter(self) -> AuditFilter:
        """What was asked for."""
        wanted: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        return AuditFilter(**{name: value for name, value in wanted.items() if value})

    @property
    def query(self) -> str:
        """What was given, as the beginning of a query."""
        given = {name: self.data[name] for name in self.fields if self.data.get(name)}
        return f"{urlencode(given)}&" if given else ""
