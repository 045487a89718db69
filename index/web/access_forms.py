"""Forms about who may touch a repository."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet, Value
from django.utils.translation import gettext_lazy

from accounts.models import Namespace, RobotAccount, Team
from accounts.prepared import Statement, prepared
from index.access import AccessFilter, AccessSource
from index.errors import GrantRefused, NameInvalid
from index.grantees import Grantee, GranteeKind, check_grantee, find_grantee
from index.names import RepositoryName, parse_familiar_name
from index.roles import Role

_NAME = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def _role_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)


class UntilField(forms.DateField):
    """The last day of a role; empty is for good."""

    def __init__(self) -> None:
        """Describe it."""
        super().__init__(
            label=gettext_lazy("Until"),
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}),
            help_text=gettext_lazy("The last day, in UTC."),
        )


def end_of(day: date | None) -> datetime | None:
    """Return the last second of the day."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC) if day else None


class GrantForm(forms.Form):
    """Who gets which role until when."""

    grantee = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs=_NAME),
    )
    role = _role_field()
    until = UntilField()

    def __init__(
        self,
        *args: Any,
        namespace: Namespace,
        grantees: Iterable[tuple[str, str]] | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer the teams and robots that there are; without any there is nothing to choose."""
        super().__init__(*args, **kwargs)
        self.namespace = namespace
        choices = grantee_choices(namespace, grantees)
        if choices:
            self._offer([("user", gettext_lazy("A person, by user name")), *choices])
            self.fields["username"].help_text = gettext_lazy("Empty for a team or a robot.")
        else:
            self._offer([("user", "A person")])
            self.fields["grantee"].widget = forms.HiddenInput()
            self.fields["username"].required = True
        self.initial.setdefault("grantee", "user")

    def _offer(self, choices: list[Any]) -> None:
        field = self.fields["grantee"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Turn both fields into the one grantee."""
        data = super().clean() or self.cleaned_data
        if "grantee" not in data or "username" not in data:
            return data
        kind, _, name = (data["grantee"] or "user").partition(":")
        field = "grantee" if name else "username"
        if not name and not data["username"]:
            self.add_error("username", gettext_lazy("Type the exact user name of the person."))
            return data
        try:
            found = find_grantee(self.namespace, GranteeKind(kind), name or data["username"])
            check_grantee(self.namespace, found)
        except GrantRefused as refusal:
            self.add_error(field, str(refusal))
        else:
            data["found"] = found
        return data

    @property
    def found(self) -> Grantee:
        """Whoever the two fields name."""
        found: Grantee = self.cleaned_data["found"]
        return found

    @property
    def ends_at(self) -> datetime | None:
        """When the role ends."""
        return end_of(self.cleaned_data["until"])


class DefaultGrantForm(forms.Form):
    """A team or a robot, and what it gets on repositories to come."""

    grantee = forms.ChoiceField(label=gettext_lazy("Team or robot"))
    role = _role_field()

    def __init__(self, *args: Any, namespace: Namespace, **kwargs: Any) -> None:
        """Offer the teams and robots of the namespace."""
        super().__init__(*args, **kwargs)
        self.namespace = namespace
        field = self.fields["grantee"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        self.choices = grantee_choices(namespace)
        field.choices = self.choices

    @property
    def found(self) -> Grantee:
        """Whoever was chosen; raises GrantRefused if it is gone by now."""
        kind, _, name = self.cleaned_data["grantee"].partition(":")
        return find_grantee(self.namespace, GranteeKind(kind), name)


class AccessFilterForm(forms.Form):
    """What to show of the review; a value that makes no sense is as good as none."""

    holder = forms.CharField(label=gettext_lazy("Who"), required=False, max_length=80)
    repository = forms.CharField(label=gettext_lazy("Repository"), required=False, max_length=200)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        required=False,
        choices=[("", gettext_lazy("Any role")), *Role.choices],
    )
    source = forms.ChoiceField(
        label=gettext_lazy("Source"),
        required=False,
        choices=[("", gettext_lazy("Any source")), *AccessSource.choices],
    )

    @property
    def wanted(self) -> AccessFilter:
        """The filter."""
        self.is_valid()
        return AccessFilter(**{name: self.cleaned_data.get(name, "") for name in self.fields})


class ReviewForm(forms.Form):
    """What whoever has looked through the list wants to remember of it."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For example: removed two contractors, the rest is right."),
    )


class AskForm(forms.Form):
    """Which repository, as what, and why."""

    repository = forms.CharField(
        label=gettext_lazy("Repository"),
        max_length=200,
        help_text=gettext_lazy("The full name, for example acme/web."),
        widget=forms.TextInput(attrs=_NAME),
    )
    role = _role_field()
    message = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Its admins read this. Say who you are and what you need it for."),
    )

    def clean_repository(self) -> RepositoryName:
        """Return the name, by the one grammar."""
        try:
            return parse_familiar_name(self.cleaned_data["repository"])
        except NameInvalid as error:
            text = str(error)
            message = f"{text[:1].upper()}{text[1:]}."
            raise forms.ValidationError(message) from error


class AnswerForm(forms.Form):
    """What an asker gets."""

    role = _role_field()
    until = UntilField()


def grantees_of(namespace: Namespace) -> Statement:
    """Return the kind and the name of each team and robot."""
    organization = namespace.organization_id
    teams = {"organization": organization} if organization else {}
    return prepared(_grantees, namespace=namespace.pk, **teams)


def _grantees(*, namespace: int, organization: int | None = None) -> QuerySet[Any, Any]:
    teams = Team.objects.filter(organization__isnull=False, organization=organization)
    robots = RobotAccount.objects.filter(namespace=namespace, disabled_at=None)
    return teams.values_list(Value("team"), "name").union(
        robots.values_list(Value("robot"), "name"), all=True
    )


def grantee_choices(
    namespace: Namespace, grantees: Iterable[tuple[str, str]] | None = None
) -> list[Any]:
    """Return teams and robots, in groups, as `kind:name`; one query, unless they were read."""
    found = sorted(grantees_of(namespace).rows() if grantees is None else grantees)
    kinds = ((gettext_lazy("Teams"), "team", "/"), (gettext_lazy("Robots"), "robot", "+"))
    groups = [
        (
            title,
            [(f"{kind}:{name}", f"{namespace}{mark}{name}") for of, name in found if of == kind],
        )
        for title, kind, mark in kinds
    ]
    return [group for group in groups if group[1]]
