"""Forms of the pages of robot accounts."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.errors import AccountError
from accounts.flows.robot_accounts import ROBOT_NAME_RULE, check_robot_name
from accounts.flows.robot_secrets import OVERLAPS_IN_HOURS
from accounts.models import Namespace, RobotAccount, User
from accounts.web.credential_forms import ExpiryFields
from index.models import Repository
from index.roles import Role

_OVERLAPS = {0: "at once", 1: "in an hour", 24: "in a day", 72: "in 3 days", 168: "in a week"}
_NAME = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class RobotFields(forms.Form):
    """What can be changed later."""

    description = forms.CharField(
        max_length=200,
        required=False,
        help_text="What it does and where it runs, so that others know whom they would stop.",
    )
    responsible = forms.ModelChoiceField(
        queryset=User.objects.none(),
        to_field_name="username",
        required=False,
        label="Responsible person",
        empty_label="Nobody: the owners are told",
        help_text="Gets a mail before a secret expires.",
    )
    may_create = forms.BooleanField(
        label="It may create repositories, by pushing to a new name", required=False
    )

    def __init__(self, *args: Any, namespace: Namespace, **kwargs: Any) -> None:
        """Offer the people of the namespace."""
        super().__init__(*args, **kwargs)
        field = self.fields["responsible"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = _people_of(namespace)


class NewRobotForm(RobotFields):
    """A robot before it has secrets and rights."""

    name = forms.CharField(
        max_length=30,
        help_text=f"{ROBOT_NAME_RULE}, like: ci or deploy-eu. It cannot be changed later.",
        widget=forms.TextInput(attrs=_NAME),
    )
    field_order = ("name", "description", "responsible", "may_create")

    def clean_name(self) -> str:
        """Say what the flow would say."""
        try:
            return check_robot_name(self.cleaned_data["name"])
        except AccountError as error:
            raise forms.ValidationError(str(error)) from error


class SecretForm(ExpiryFields):
    """One more secret."""

    label = forms.CharField(
        max_length=80,
        required=False,
        help_text="Where it is used, like: GitHub, or cluster eu-1.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("label", "expiry", "last_day")


class RotateForm(forms.Form):
    """When the old secret ends."""

    overlap = forms.TypedChoiceField(
        label="The old one ends",
        coerce=int,
        choices=[(hours, _OVERLAPS[hours]) for hours in OVERLAPS_IN_HOURS],
        initial=24,
    )


class RobotGrantForm(forms.Form):
    """A role on one repository of the robot's namespace."""

    repository = forms.ModelChoiceField(
        queryset=Repository.objects.none(), to_field_name="name", empty_label="Choose one"
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.WRITER)

    def __init__(self, *args: Any, robot: RobotAccount, **kwargs: Any) -> None:
        """Offer the repositories of the namespace."""
        super().__init__(*args, **kwargs)
        field = self.fields["repository"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        live = Repository.objects.live().filter(namespace=robot.namespace)
        field.queryset = live.order_by("name")


def _people_of(namespace: Namespace) -> Any:
    active = User.objects.filter(is_active=True).order_by("username")
    if namespace.organization_id is None:
        return active.filter(namespace=namespace)
    return active.filter(memberships__organization=namespace.organization_id)
