"""Forms about reports of abuse."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from index.models import LONGEST_REPORT, ReportKind, ReportState


class ReportForm(forms.Form):
    """What is wrong; who is not logged in may say where to answer."""

    kind = forms.ChoiceField(
        label=_("What is wrong"), choices=ReportKind.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What did you see, and where"),
        max_length=LONGEST_REPORT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Name the tag, the file or the text. Administrators of this site read it."),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        required=False,
        help_text=_("To tell you what was decided, and for nothing else."),
    )
    proof = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_anonymous: bool, **kwargs: Any) -> None:
        """Ask only strangers for what is known of others."""
        super().__init__(*args, **kwargs)
        if not is_anonymous:
            del self.fields["email"], self.fields["proof"]


class DecisionForm(forms.Form):
    """What is to be done, and why."""

    decision = forms.ChoiceField(
        label=_("What is to be done"),
        choices=[
            (ReportState.DISMISSED.value, _("Dismiss it: nothing changes")),
            (ReportState.ARCHIVED.value, _("Archive: it can be pulled, and takes no pushes")),
            (
                ReportState.HIDDEN.value,
                _("Hide: private, and its admins cannot make it public again"),
            ),
            (
                ReportState.SUSPENDED.value,
                _("Suspend: hide it, and disable the account or freeze the organization"),
            ),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Written down, and told to the admins of the repository."),
    )
