"""Forms of the page on which administrators set plans."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.flows.plans import PLAN_NAME_RULE, Limits
from accounts.models import Namespace, Plan, PlanDefault

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

_GIGABYTE = 10**9
_EMPTY = _("Empty is no limit.")


def _number(label: _StrOrPromise) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, required=False, help_text=_EMPTY)


class PlanForm(forms.Form):
    """Name and limits of a plan."""

    name = forms.CharField(
        label=_("Name"),
        max_length=30,
        help_text=format_lazy(_("{rule}. Shown where a limit is met."), rule=PLAN_NAME_RULE),
    )
    private_repositories = _number(_("Private repositories"))
    members = _number(_("Members of an organization"))
    storage = forms.DecimalField(
        label=_("Storage in gigabytes"),
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=3,
        required=False,
        help_text=_EMPTY,
    )

    @property
    def limits(self) -> Limits:
        """What was typed, as the flow takes it."""
        data = self.cleaned_data
        storage = data["storage"]
        return Limits(
            private_repositories=data["private_repositories"],
            members=data["members"],
            storage_bytes=None if storage is None else int(storage * _GIGABYTE),
        )


class DefaultForm(forms.Form):
    """For whom a plan holds that was given none."""

    kind = forms.ChoiceField(label=_("Default for"), choices=PlanDefault.choices)


class AssignForm(forms.Form):
    """A namespace and its plan."""

    namespace = forms.CharField(
        label=_("Namespace"),
        max_length=30,
        help_text=_("A user or an organization."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    plan = forms.ModelChoiceField(
        Plan.objects.all(),
        label=_("Plan"),
        required=False,
        empty_label=_("the default"),
        to_field_name="name",
    )

    def clean_namespace(self) -> Namespace:
        """Return the namespace that the name leads to."""
        name = self.cleaned_data["namespace"]
        found = Namespace.objects.called(name).first()
        if found is None:
            message = _("There is no user or organization %(name)s.") % {"name": name}
            raise forms.ValidationError(message)
        return found


def initial_of(plan: Plan) -> dict[str, Any]:
    """Return what the form shows of a plan."""
    storage = plan.storage_bytes
    return {
        "name": plan.name,
        "private_repositories": plan.private_repositories,
        "members": plan.members,
        "storage": None if storage is None else (Decimal(storage) / _GIGABYTE).normalize(),
    }
