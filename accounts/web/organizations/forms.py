"""Forms of the pages of organizations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.audit_words import NAMES
from accounts.flows.follow_group import LONGEST_GROUP
from accounts.models import Organization, OrganizationRole, Team
from accounts.names import ORGANIZATION_NAME_RULE, TEAM_NAME_RULE
from accounts.profile_text import (
    LONGEST_DESCRIPTION,
    LONGEST_DISPLAY_NAME,
    LONGEST_LINK,
    LONGEST_LOCATION,
)

_NAME = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_ROLES = [
    (
        OrganizationRole.MEMBER.value,
        _("Member: sees members and teams, gets what teams are granted"),
    ),
    (OrganizationRole.OWNER.value, _("Owner: may do everything in the organization")),
]


class NewOrganizationForm(forms.Form):
    """The name that everything in it begins with."""

    name = forms.CharField(
        label=_("Name"),
        max_length=30,
        help_text=format_lazy(
            _("{rule}. Everyone types it: docker pull HOST/NAME/IMAGE."),
            rule=ORGANIZATION_NAME_RULE,
        ),
        widget=forms.TextInput(attrs=_NAME),
    )
    display_name = forms.CharField(
        label=_("Display name"),
        max_length=LONGEST_DISPLAY_NAME,
        required=False,
        help_text=_("As people call it, for example Acme Incorporated."),
    )


class ProfileForm(forms.Form):
    """What an organization says of itself; anyone may read it."""

    display_name = forms.CharField(
        label=_("Display name"), max_length=LONGEST_DISPLAY_NAME, required=False
    )
    description = forms.CharField(
        label=_("Description"), max_length=LONGEST_DESCRIPTION, required=False
    )
    location = forms.CharField(label=_("Location"), max_length=LONGEST_LOCATION, required=False)
    link = forms.CharField(
        label=_("Link"),
        max_length=LONGEST_LINK,
        required=False,
        help_text=_("For example https://acme.example"),
        widget=forms.URLInput(),
    )


class RulesForm(forms.Form):
    """What members may do and must have."""

    members_may_create = forms.BooleanField(
        label=_("Members may create repositories, and become admins of those"), required=False
    )
    requires_second_factor = forms.BooleanField(
        label=_("Members must have set up two factors"), required=False
    )


class InviteForm(forms.Form):
    """Whom, as what, and into which team at once."""

    invitee = forms.CharField(
        label=_("User name or e-mail address"),
        max_length=254,
        widget=forms.TextInput(attrs=_NAME),
    )
    role = forms.ChoiceField(label=_("Role"), choices=_ROLES, initial=OrganizationRole.MEMBER)
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("no team")
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        """Offer the teams whose members are chosen here."""
        super().__init__(*args, **kwargs)
        field = self.fields["team"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy what is above
        field.queryset = organization.teams.filter(external_group="").order_by("name")


class TeamForm(forms.Form):
    """Name and purpose of a team."""

    name = forms.CharField(
        label=_("Name"),
        max_length=30,
        help_text=format_lazy("{}.", TEAM_NAME_RULE),
        widget=forms.TextInput(attrs=_NAME),
    )
    description = forms.CharField(
        label=_("Description"), max_length=LONGEST_DESCRIPTION, required=False
    )


class TeamGroupForm(forms.Form):
    """Which group fills a team; none leaves it to owners and maintainers."""

    group = forms.CharField(
        label=_("Group"),
        max_length=LONGEST_GROUP,
        required=False,
        strip=False,
        help_text=_(
            "As the provider or directory calls it, letter by letter: Builders is not "
            "builders. Empty: owners and maintainers choose."
        ),
        widget=forms.TextInput(attrs=_NAME),
    )


class TeamMemberForm(forms.Form):
    """A member of the organization."""

    username = forms.CharField(
        label=_("User name of a member"), max_length=30, widget=forms.TextInput(attrs=_NAME)
    )


class DomainForm(forms.Form):
    """A domain to prove."""

    name = forms.CharField(
        label=_("Domain"),
        max_length=253,
        help_text=_("Such as example.com, without https:// and without a path."),
        widget=forms.TextInput(attrs=_NAME),
    )


class AuditFilterForm(forms.Form):
    """What to show of an audit; wrong values show everything, and say so."""

    actor = forms.CharField(label=_("Who"), max_length=80, required=False)
    action = forms.ChoiceField(
        label=_("What"),
        choices=[
            ("", _("anything")),
            *NAMES.items(),
        ],
        required=False,
    )
    since = forms.DateField(
        label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
