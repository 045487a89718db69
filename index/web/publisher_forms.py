"""The form that names a CI job to trust."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from index.ci_issuers import listed_issuers
from index.errors import PublisherRefused
from index.flows.trusted_publishers import NamedWorkload

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def _text(
    label: _StrOrPromise, help_text: _StrOrPromise, *, required: bool = False
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=200,
        widget=forms.TextInput(attrs=_PLAIN),
    )


class PublisherForm(forms.Form):
    """Issuer, source, and what narrows the jobs of it."""

    issuer = forms.ChoiceField(label=_("Where the job runs"))
    source_repository = _text(
        _("Source repository"),
        _(
            "owner/name on GitHub, group/project on GitLab; for other issuers the sub of "
            "its tokens."
        ),
        required=True,
    )
    workflow = _text(
        _("Workflow file"),
        _("release.yml on GitHub, .gitlab-ci.yml on GitLab. Empty: any workflow of the source."),
    )
    ref = _text(
        _("Branch or tag"),
        _(
            "refs/heads/main, or refs/tags/v* for all tags that begin with v. Empty: any "
            "branch and tag, never a pull request."
        ),
    )
    environment = _text(
        _("Environment"),
        _(
            "The environment that the job must run in, where your forge can ask for "
            "approval. Empty: any, or none."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the issuers of the settings."""
        super().__init__(*args, **kwargs)
        field = self.fields["issuer"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what is declared above
        field.choices = [(issuer.url, issuer.name) for issuer in listed_issuers()]

    @property
    def workload(self) -> NamedWorkload:
        """What was named."""
        return NamedWorkload(**self.cleaned_data)

    def refuse(self, refusal: PublisherRefused) -> None:
        """Say what the flow said, at its field."""
        sentence = f"{str(refusal)[:1].upper()}{str(refusal)[1:]}."
        self.add_error(refusal.field or None, sentence)
