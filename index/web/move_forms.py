"""Forms with which administrators move repositories."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from index.errors import NameInvalid
from index.flows.request_move import LONGEST_KEEPING
from index.lookup import find_repository
from index.models import Registry, RegistryState, Repository
from index.names import parse_familiar_name

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class _WhereTo(forms.Form):
    """Where to, and how long the old copy is kept."""

    to = forms.ModelChoiceField(
        Registry.objects.filter(state=RegistryState.IN_USE).order_by("name"),
        label=_("To registry"),
        empty_label=_("Choose one"),
        to_field_name="name",
    )
    keep_days = forms.IntegerField(
        label=_("Keep the old copy for days"),
        min_value=0,
        max_value=LONGEST_KEEPING,
        initial=7,
        help_text=_("Until then moving back takes a moment."),
    )


class MoveForm(_WhereTo):
    """One repository."""

    repository = forms.CharField(
        label=_("Repository"), max_length=200, widget=forms.TextInput(attrs=_PLAIN)
    )
    field_order = ("repository", "to", "keep_days")

    def clean_repository(self) -> Repository:
        """Return what is called so."""
        try:
            name = parse_familiar_name(self.cleaned_data["repository"])
        except NameInvalid as error:
            raise forms.ValidationError(str(error)) from error
        found = find_repository(Repository.objects.live().select_related("registry"), name)
        if found is None:
            message = _("There is no such repository.")
            raise forms.ValidationError(message)
        return found


class MoveAllForm(_WhereTo):
    """All that a registry keeps."""

    source = forms.ModelChoiceField(
        Registry.objects.exclude(state=RegistryState.RETIRED).order_by("name"),
        label=_("From registry"),
        empty_label=_("Choose one"),
        to_field_name="name",
    )
    after = forms.CharField(
        label=_("Only names after"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=_PLAIN),
        help_text=_("Filled in where a registry keeps more than are asked for at once."),
    )
    field_order = ("source", "to", "keep_days", "after")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Have ids of its own: it stands beside the other form."""
        super().__init__(*args, **{"auto_id": "id_all_%s", **kwargs})
