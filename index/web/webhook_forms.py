"""Forms of webhooks."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from index.flows.webhooks import LONGEST_NAME, WebhookFields
from index.models import ActivityKind


class WebhookForm(forms.Form):
    """Where to send what."""

    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME, help_text=_("What you call it, such as deploy.")
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_(
            "Where each message is posted to. It begins with https:// and is open to everybody."
        ),
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Only these kinds"),
        choices=ActivityKind.choices,
        required=False,
        help_text=_("Choose none to be sent everything, and what will be added later."),
        widget=forms.CheckboxSelectMultiple,
    )

    @property
    def fields_chosen(self) -> WebhookFields:
        """What was chosen, for the flows."""
        chosen = self.cleaned_data
        return WebhookFields(chosen["name"], chosen["url"], tuple(chosen["kinds"]))
