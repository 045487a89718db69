"""Forms of the pages of robot accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.errors import AccountError
from accounts.flows.robot_accounts import ROBOT_NAME_RULE, check_robot_name
from accounts.flows.robot_secrets import OVERLAPS_IN_HOURS
from accounts.models import Namespace, RobotAccount, User
from accounts.prepared import Statement, prepared
from accounts.web.credential_forms import ExpiryFields
from index.models import Repository
from index.roles import Role

_OVERLAPS = {
    0: _("at once"),
    1: _("in an hour"),
    24: _("in a day"),
    72: "in 3 days",
    168: _("in a week"),
}
_SUGGESTED = 200
_NAME = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class _Names(ModelChoiceIterator[User]):
    """The same choices by names alone: hundreds of people were half of what a page took."""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        yield "", str(self.field.empty_label)
        yield from ((name, name) for name in self.queryset.values_list("username", flat=True))


class _PersonField(forms.ModelChoiceField[User]):
    iterator = _Names


class RobotFields(forms.Form):
    """What can be changed later."""

    description = forms.CharField(
        label=_("Description"),
        max_length=200,
        required=False,
        help_text=_("What it does and where it runs, so that others know whom they would stop."),
    )
    responsible = _PersonField(
        queryset=User.objects.none(),
        to_field_name="username",
        required=False,
        label=_("Responsible person"),
        empty_label=_("Nobody: the owners are told"),
        help_text=_("Gets a mail before a secret expires."),
    )
    may_create = forms.BooleanField(
        label=_("It may create repositories, by pushing to a new name"), required=False
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
        label=_("Name"),
        max_length=30,
        help_text=format_lazy(
            _("{rule}, like: ci or deploy-eu. It cannot be changed later."),
            rule=ROBOT_NAME_RULE,
        ),
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
        label=_("Label"),
        max_length=80,
        required=False,
        help_text=_("Where it is used, like: GitHub, or cluster eu-1."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("label", "expiry", "last_day")


class RotateForm(forms.Form):
    """When the old secret ends."""

    overlap = forms.TypedChoiceField(
        label=_("The old one ends"),
        coerce=int,
        choices=[(hours, _OVERLAPS[hours]) for hours in OVERLAPS_IN_HOURS],
        initial=24,
    )


class RobotGrantForm(forms.Form):
    """A role on one repository of the robot's namespace."""

    repository = forms.ModelChoiceField(
        label=_("Repository"),
        queryset=Repository.objects.none(),
        to_field_name="name",
        widget=forms.TextInput(attrs={**_NAME, "list": "robot-repositories"}),
        error_messages={"invalid_choice": _("There is no such repository.")},
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.WRITER)

    def __init__(self, *args: Any, robot: RobotAccount, **kwargs: Any) -> None:
        """Take the repositories of the namespace; `repositories_for` says which are suggested."""
        super().__init__(*args, **kwargs)
        field = self.fields["repository"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = _repositories_of(robot.namespace_id)


def repositories_for(robot: RobotAccount) -> Statement:
    """Return names that the page suggests; there may be thousands more, which can be typed."""
    return prepared(_suggested, namespace=robot.namespace_id)


def _suggested(*, namespace: int) -> QuerySet[Repository, str]:
    names = _repositories_of(namespace).order_by("name").values_list("name", flat=True)
    return names[:_SUGGESTED]


def _repositories_of(namespace: int) -> QuerySet[Repository]:
    return Repository.objects.live().filter(namespace=namespace)


def _people_of(namespace: Namespace) -> Any:
    active = User.objects.filter(is_active=True).only("username").order_by("username")
    if namespace.organization_id is None:
        return active.filter(namespace=namespace)
    return active.filter(memberships__organization=namespace.organization_id)
