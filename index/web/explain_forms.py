"""Forms that ask why: of a repository one administers, and of oneself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User, Visibility
from index.errors import NameInvalid
from index.explanation.question import NO_GRANT, Question, Supposed, parse_question, parse_supposed
from index.models import RepositoryMode
from index.names import is_tag
from index.roles import Action, Role

_NAME = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_AS_IT_IS = ("", _("As it is"))


def _who_field(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=_("Who"),
        required=required,
        max_length=200,
        widget=forms.TextInput(attrs=_NAME),
        help_text=(
            _(
                "A user name, a robot (acme+ci), anonymous, the beginning of an access token "
                "(wbp_…), or the source of a CI job (acme/web)."
            )
        ),
    )


def _action_field() -> forms.ChoiceField:
    words = [(action.value, action.value.capitalize()) for action in Action]
    return forms.ChoiceField(
        label=_("Wants to"), required=False, choices=[("", _("Do anything")), *words]
    )


class ExplainForm(forms.Form):
    """Who wants to do what with a repository, and what is supposed meanwhile."""

    who = _who_field(required=True)
    action = _action_field()
    tag = forms.CharField(
        label=_("Tag"),
        required=False,
        max_length=128,
        widget=forms.TextInput(attrs=_NAME),
        help_text=_("To see whether it may be pushed again."),
    )
    role = forms.ChoiceField(
        label=_("Role by a grant"),
        required=False,
        choices=[
            _AS_IT_IS,
            (NO_GRANT, _("No grant")),
            *((role.value, role.value) for role in Role),
        ],
    )
    visibility = forms.ChoiceField(
        label=_("Visibility"),
        required=False,
        choices=[_AS_IT_IS, *((choice.value, choice.value.capitalize()) for choice in Visibility)],
    )
    mode = forms.ChoiceField(
        label=_("Pushes"),
        required=False,
        choices=[_AS_IT_IS, *((mode.value, mode.value.capitalize()) for mode in RepositoryMode)],
    )

    def clean_tag(self) -> str:
        """Return the tag."""
        tag: str = self.cleaned_data["tag"]
        if tag and not is_tag(tag):
            message = _("A tag is up to 128 letters, digits, . _ and -.")
            raise forms.ValidationError(message)
        return tag

    @property
    def is_supposing(self) -> bool:
        """Whether something is filled in that is not so."""
        return any(self[name].value() for name in ("role", "visibility", "mode"))

    @property
    def supposed(self) -> Supposed:
        """What would be otherwise."""
        names = ("role", "visibility", "mode")
        return parse_supposed(**{name: self.cleaned_data[name] for name in names})


class OwnExplainForm(forms.Form):
    """What one wants to do, where, and with which of one's own credentials."""

    repository = forms.CharField(
        label=_("Repository"),
        max_length=330,
        help_text=_("As you give it to docker, for example acme/web or acme/web:v1."),
        widget=forms.TextInput(attrs=_NAME),
    )
    action = forms.ChoiceField(
        required=False, choices=_action_field().choices, label=_("I want to")
    )
    credential = forms.ChoiceField(label=_("Logged in with"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the access tokens that the user has, ended ones too: they may be the answer."""
        super().__init__(*args, **kwargs)
        tokens = user.access_tokens.order_by("-pk")[:50]
        credential = self.fields["credential"]
        assert isinstance(credential, forms.ChoiceField)  # noqa: S101 - declared above
        credential.choices = [
            ("", _("The password, or this browser")),
            *((token.public_part, f"{token.name} ({token.public_part})") for token in tokens),
        ]

    def clean_repository(self) -> str:
        """Return the name as it was typed, if it is one."""
        text: str = self.cleaned_data["repository"]
        try:
            parse_question(text)
        except NameInvalid as error:
            sentence = str(error)
            message = f"{sentence[:1].upper()}{sentence[1:]}."
            raise forms.ValidationError(message) from error
        return text

    @property
    def question(self) -> Question:
        """The question."""
        return parse_question(self.cleaned_data["repository"], self.cleaned_data["action"])


class AnybodyExplainForm(OwnExplainForm):
    """The same for administrators of the site, about anybody."""

    who = _who_field(required=False)
    field_order = ("repository", "action", "who", "credential")

    def clean(self) -> dict[str, Any]:
        """Leave one's own credentials aside where it is about somebody else."""
        data = super().clean() or self.cleaned_data
        if data.get("who") and data.get("credential"):
            self.add_error("credential", _("Only for yourself: leave this, or leave Who empty."))
        return data
