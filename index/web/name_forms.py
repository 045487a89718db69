"""Forms for another name of a repository, in its namespace or in another one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models.namespace import ROOT_NAMESPACE
from index.errors import NameInvalid
from index.models import Repository
from index.names import RepositoryName, parse_repository_name

_ATTRS = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class RenameForm(forms.Form):
    """What comes after the namespace."""

    new_name = forms.CharField(
        label=_("New name"),
        max_length=200,
        help_text=_("Without the namespace: lowercase letters and digits, separated by . _ or -."),
        widget=forms.TextInput(attrs=_ATTRS),
    )

    def __init__(self, *args: Any, repository: Repository, **kwargs: Any) -> None:
        """Start with the name as it is."""
        super().__init__(*args, **kwargs)
        self.repository = repository
        self.initial.setdefault("new_name", repository.short_name)

    @property
    def namespace(self) -> str:
        """The namespace that the name will be in."""
        return self.repository.namespace.name

    def clean(self) -> dict[str, Any]:
        """Join namespace and name by the one grammar."""
        data = super().clean() or self.cleaned_data
        if "new_name" in data and not self.errors:
            prefix = "" if self.namespace == ROOT_NAMESPACE else f"{self.namespace}/"
            try:
                data["full_name"] = parse_repository_name(prefix + data["new_name"])
            except NameInvalid as error:
                self.add_error("new_name", sentence(error))
        return data

    @property
    def full_name(self) -> RepositoryName:
        """The name that is asked for."""
        name = self.cleaned_data["full_name"]
        assert isinstance(name, RepositoryName)  # noqa: S101 - `clean` puts it there
        return name


class TransferForm(RenameForm):
    """To whom, and how it will be called there."""

    to_namespace = forms.CharField(
        label=_("To the user or organization"),
        max_length=30,
        widget=forms.TextInput(attrs=_ATTRS),
    )
    field_order = ("to_namespace", "new_name")

    @property
    def namespace(self) -> str:
        """The namespace that the name will be in."""
        text: str = self.cleaned_data.get("to_namespace", "")
        return text


def sentence(error: Exception) -> str:
    """Return what a flow said as a sentence of a form."""
    text = str(error).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
