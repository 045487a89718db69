"""Forms of the pages about repositories."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Namespace, Visibility
from accounts.models.namespace import ROOT_NAMESPACE
from accounts.principals import Principal
from index.errors import NameInvalid, PatternRefused, TopicRefused
from index.flows.quotas import Used, rooms_of
from index.models import Repository, RepositoryMode, SizeClass
from index.names import RepositoryName, parse_repository_name
from index.readme import MAXIMUM_LENGTH
from index.tag_patterns import parse_patterns
from index.topics import LONGEST_TOPIC, MOST_TOPICS, RULE, parse_topics


def namespaces_held_by(principal: Principal) -> list[Namespace]:
    """Return the namespaces whose settings are a person's to change, the own one first."""
    if principal.user is None:
        return []
    found = set(Namespace.objects.held_by(principal.user).select_related("plan", "user"))
    if principal.is_administrator:
        found |= set(Namespace.objects.filter(name=ROOT_NAMESPACE))
    return _own_first(found)


def namespaces_open_to(principal: Principal) -> list[Namespace]:
    """Return the namespaces a person creates repositories in: held, or open to all its members."""
    open_to_members = Membership.objects.filter(
        user=principal.user, organization__members_may_create=True, organization__deleted_at=None
    )
    found = Namespace.objects.filter(organization__in=open_to_members.values("organization"))
    return _own_first({*namespaces_held_by(principal), *found}) if principal.user else []


def _own_first(found: set[Namespace]) -> list[Namespace]:
    return sorted(found, key=lambda namespace: (namespace.user_id is None, namespace.name))


class NamespaceSelect(forms.Select):
    """Marks the root namespace, for the preview of the full name."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add `data-root` to the namespace that is not written in names."""
        option = super().create_option(*args, **kwargs)
        if option["value"] == ROOT_NAMESPACE:
            option["attrs"]["data-root"] = ""
        return option


def _visibility_field(**options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=Visibility.choices, widget=forms.RadioSelect, **options)


def _description_field() -> forms.CharField:
    return forms.CharField(
        label=_("Description"),
        max_length=100,
        required=False,
        help_text=_(
            "Shown in docker search. Put the point first: docker cuts it at 45 characters."
        ),
    )


class NewRepositoryForm(forms.Form):
    """Where, how it is called, and who may pull it."""

    namespace = forms.ChoiceField(label=_("Namespace"), widget=NamespaceSelect)
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        help_text=_("Lowercase letters and digits, separated by . _ or -."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    description = _description_field()
    visibility = _visibility_field(label=_("Visibility"))
    size_class = forms.ChoiceField(
        label=_("Size of its images"),
        choices=SizeClass.choices,
        initial=SizeClass.ORDINARY,
        required=False,
        help_text=_("Rules of this site may keep large ones on a registry of their own."),
    )

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        """Offer the namespaces of this person; the visibility starts as the namespace's default."""
        super().__init__(*args, **kwargs)
        self.namespaces = namespaces_open_to(principal)
        self.room = rooms_of(self.namespaces)
        self._field("namespace").choices = [
            (namespace.name, _namespace_label(namespace)) for namespace in self.namespaces
        ]
        chosen = self.initial.get("namespace")
        defaults = {namespace.name: namespace.default_visibility for namespace in self.namespaces}
        first = self.namespaces[0].name if self.namespaces else ""
        self.initial["visibility"] = defaults.get(chosen or first, Visibility.PRIVATE)

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what is declared above
        return field

    def clean(self) -> dict[str, Any]:
        """Join namespace and name by the one grammar."""
        data = super().clean() or self.cleaned_data
        if "namespace" in data and "name" in data:
            prefix = "" if data["namespace"] == ROOT_NAMESPACE else f"{data['namespace']}/"
            try:
                data["full_name"] = parse_repository_name(prefix + data["name"])
            except NameInvalid as error:
                self.add_error("name", _sentence(error))
        return data

    @property
    def full_name(self) -> RepositoryName:
        """The name that the two fields make."""
        name = self.cleaned_data["full_name"]
        return name if isinstance(name, RepositoryName) else parse_repository_name(name)


class DescriptionForm(forms.Form):
    """What a repository says of itself."""

    description = _description_field()
    readme = forms.CharField(
        label="README",
        required=False,
        max_length=MAXIMUM_LENGTH,
        strip=False,
        help_text=_("Markdown. Headings, lists, tables, links and code; images are left out."),
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "true"}),
    )
    from_image = forms.BooleanField(
        label=_("Follow the newest image"),
        required=False,
        help_text=(
            _(
                "Take both texts from labels and annotations: "
                "org.opencontainers.image.description and io.waybill.readme. Whatever you "
                "write here ends that."
            )
        ),
    )


class TopicsForm(forms.Form):
    """The words under which people find a repository."""

    topics = forms.CharField(
        label=_("Topics, separated by spaces"),
        required=False,
        max_length=MOST_TOPICS * (LONGEST_TOPIC + 2),
        help_text=format_lazy("{}: database python-3.", RULE),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_topics(self) -> list[str]:
        """Return them; refuse what the flow would refuse."""
        try:
            return parse_topics(self.cleaned_data["topics"].replace(",", " ").split())
        except TopicRefused as error:
            raise forms.ValidationError(str(error)) from error


class VisibilityForm(forms.Form):
    """Who may pull without a grant."""

    visibility = _visibility_field(label=_("Who may pull"))


class ModeForm(forms.Form):
    """Whether it takes pushes."""

    mode = forms.ChoiceField(
        label=_("Pushes"), choices=RepositoryMode.choices, widget=forms.RadioSelect
    )


class ImmutableTagsForm(forms.Form):
    """Patterns of tags that never change, one in each line."""

    patterns = forms.CharField(
        label=_("Patterns, one in each line"),
        required=False,
        max_length=5000,
        help_text=_(
            "A tag, in which * stands for any characters: v* or 1.2.3, or * for every tag."
        ),
        widget=forms.Textarea(
            attrs={"rows": 4, "autocapitalize": "none", "spellcheck": "false", "class": "mono"}
        ),
    )

    def clean_patterns(self) -> list[str]:
        """Return them; refuse what the flow would refuse."""
        lines = (line.strip() for line in self.cleaned_data["patterns"].splitlines())
        try:
            return parse_patterns(line for line in lines if line)
        except PatternRefused as error:
            raise forms.ValidationError(str(error)) from error


class DeleteForm(forms.Form):
    """The typed name is the confirmation."""

    name = forms.CharField(
        label=_("Type the full name to confirm"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, repository: Repository, **kwargs: Any) -> None:
        """Keep the name to compare with."""
        super().__init__(*args, **kwargs)
        self.expected = repository.name

    def clean_name(self) -> str:
        """Refuse anything but the exact name."""
        name: str = self.cleaned_data["name"]
        if name != self.expected:
            message = _("This is not the name. Type %(expected)s to delete the repository.") % {
                "expected": self.expected
            }
            raise forms.ValidationError(message)
        return name


class NamespaceForm(forms.Form):
    """What holds for the repositories of a namespace."""

    namespace = forms.CharField(widget=forms.HiddenInput)
    default_visibility = _visibility_field(label=_("New repositories are"))
    refuses_public_secrets = forms.BooleanField(
        label=_("Found secrets keep a repository from becoming public"),
        required=False,
        help_text=_("Until its admins have answered what was found in its images."),
    )

    def __init__(
        self,
        *args: Any,
        held: Namespace | None = None,
        used: Used | None = None,
        **kwargs: Any,
    ) -> None:
        """Keep the namespace, for the page to show how much of its plan is used."""
        super().__init__(*args, **kwargs)
        self.held, self.used = held, used


def _namespace_label(namespace: Namespace) -> str:
    return str(_("(official images)")) if namespace.is_root else namespace.name


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
