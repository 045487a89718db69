"""The form that asks for a promotion."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.principals import Principal
from index.errors import IndexRefusal, NameInvalid
from index.flows.promote import Wanted, check_rights, check_way, digest_of_tag
from index.lookup import find_repository
from index.models import Repository
from index.names import is_digest, is_tag, parse_familiar_name
from index.policy import decisions_for
from index.promotions import candidates_of
from index.rules import Decision


class PromoteForm(forms.Form):
    """What, where to and why; `wanted` and `found_target` once it is valid."""

    image = forms.CharField(
        max_length=140,
        label=_("Image"),
        help_text=_("A tag of this repository, or a digest."),
    )
    target = forms.CharField(
        max_length=200,
        label=_("To repository"),
        help_text=_("One that you may write to, of the next stage."),
        widget=forms.TextInput(attrs={"list": "targets", "autocomplete": "off"}),
    )
    target_tag = forms.CharField(
        max_length=128,
        label=_("Tag there"),
        required=False,
        help_text=_("Empty: as it is called here."),
    )
    digest = forms.CharField(max_length=140, required=False, widget=forms.HiddenInput)
    reason = forms.CharField(max_length=200, required=False, label=_("Reason"))

    def __init__(self, *args: Any, source: Repository, principal: Principal, **kwargs: Any) -> None:
        """Keep where from and who asks."""
        super().__init__(*args, **kwargs)
        self._source = source
        self._principal = principal
        self._candidates = candidates_of(source, principal)
        self.found_target = source

    @cached_property
    def decisions(self) -> dict[int, Decision]:
        """Return what may be done with the source, the target and those to choose from, by id."""
        return decisions_for(self._principal, {self._source, self.found_target, *self._candidates})

    @property
    def targets(self) -> list[str]:
        """Return the names to choose from."""
        return [one.name for one in self._candidates if self.decisions[one.pk].may_promote]

    def clean_target(self) -> str:
        """Find it among what the asker may see, and check that images may go there."""
        text = str(self.cleaned_data["target"]).strip()
        try:
            name = parse_familiar_name(text)
        except NameInvalid as error:
            raise forms.ValidationError(sentence_of(error)) from error
        found = next((one for one in self._candidates if one.name == name.value), None)
        found = found or find_repository(Repository.objects.visible_to(self._principal), name)
        if found is None:
            message = _("There is no repository %(name)s, or you may not see it.") % {"name": name}
            raise forms.ValidationError(message)
        self.found_target = found
        try:
            check_rights(self._source, found, by=self._principal, decisions=self.decisions)
            check_way(self._source, found)
        except IndexRefusal as refusal:
            raise forms.ValidationError(sentence_of(refusal)) from refusal
        return text

    def clean_target_tag(self) -> str:
        """Take the name that it has here where none is given."""
        tag = self.cleaned_data["target_tag"].strip()
        image = str(self.data.get("image", "")).strip()
        tag = tag or ("" if is_digest(image) else image)
        if not is_tag(tag):
            message = _("A tag is up to 128 letters, digits, . _ and -.")
            raise forms.ValidationError(message)
        return tag

    def clean(self) -> dict[str, Any]:
        """Find the digest: the one that was previewed, even if the tag has moved since."""
        cleaned = self.cleaned_data
        image = cleaned.get("image", "").strip()
        if not image or self.errors:
            return cleaned
        shown = cleaned.get("digest") or (image if is_digest(image) else "")
        try:
            cleaned["digest"] = shown or digest_of_tag(self._source, image)
        except IndexRefusal as refusal:
            self.add_error("image", f"{refusal}.")
            return cleaned
        if shown and not self._source.manifests.filter(digest=shown).exists():
            self.add_error(
                "image",
                _("%(source)s has no image %(digest)s.")
                % {"source": self._source, "digest": shown[:140]},
            )
        return cleaned

    @property
    def wanted(self) -> Wanted:
        """What is asked for."""
        cleaned, image = self.cleaned_data, self.cleaned_data["image"].strip()
        return Wanted(
            digest=cleaned["digest"],
            target_tag=cleaned["target_tag"],
            source_tag="" if is_digest(image) else image,
            reason=cleaned["reason"],
        )


def sentence_of(refusal: IndexRefusal) -> str:
    """Return a refusal as a sentence on a page."""
    text = str(refusal)
    return f"{text[:1].upper()}{text[1:]}."
