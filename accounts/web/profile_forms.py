"""Forms of profile and picture, and of what administrators do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.errors import TextRefused
from accounts.flows.pictures import LARGEST_BYTES
from accounts.profile_text import (
    LONGEST_DISPLAY_NAME,
    LONGEST_LINK,
    LONGEST_LOCATION,
    check_line,
    check_link,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


class ProfileForm(forms.Form):
    """What one says of oneself; the flow has the same rules."""

    display_name = forms.CharField(
        label=_("Display name"),
        required=False,
        max_length=LONGEST_DISPLAY_NAME,
        help_text=_("Shown beside your user name."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    location = forms.CharField(label=_("Location"), required=False, max_length=LONGEST_LOCATION)
    link = forms.CharField(
        label=_("Link"),
        required=False,
        max_length=LONGEST_LINK,
        help_text=_("A page of yours, with https://"),
        widget=forms.URLInput(attrs={"autocomplete": "url"}),
    )

    def clean_display_name(self) -> str:
        """Refuse what cannot be seen."""
        return self._line("display_name", _("The display name"), LONGEST_DISPLAY_NAME)

    def clean_location(self) -> str:
        """Refuse what cannot be seen."""
        return self._line("location", _("The location"), LONGEST_LOCATION)

    def clean_link(self) -> str:
        """Take web addresses only."""
        try:
            return check_link(self.cleaned_data["link"])
        except TextRefused as error:
            raise forms.ValidationError(str(error)) from error

    def _line(self, field: str, what: _StrOrPromise, longest: int) -> str:
        try:
            return check_line(self.cleaned_data[field], what=str(what), longest=longest)
        except TextRefused as error:
            raise forms.ValidationError(str(error)) from error


class PictureForm(forms.Form):
    """A file; what is in it is looked at by the flow."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG, JPEG, GIF or WebP, at most 1 MB. It is cut to a square."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/gif,image/webp"}),
    )

    def clean_picture(self) -> bytes:
        """Return the bytes, without reading more than a picture may have."""
        file: UploadedFile[Any] = self.cleaned_data["picture"]
        return bytes(file.read(LARGEST_BYTES + 1))


class ReasonForm(forms.Form):
    """Why an administrator does this."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Written down, and told to the person where it concerns them."),
    )


class InviteForm(forms.Form):
    """Whom to invite to the site."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
