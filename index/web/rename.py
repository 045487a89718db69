"""Give an organization another name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.names import ORGANIZATION_NAME_RULE
from accounts.web.methods import require_recent_login
from accounts.web.organizations.attempts import attempt_form
from accounts.web.organizations.head import find_for_owners
from index.flows.rename_namespace import rename_organization

_NAME = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class RenameForm(forms.Form):
    """The new name, and the old one typed as confirmation."""

    new_name = forms.CharField(
        label=gettext_lazy("New name"),
        max_length=30,
        help_text=format_lazy("{}.", ORGANIZATION_NAME_RULE),
        widget=forms.TextInput(attrs=_NAME),
    )
    old_name = forms.CharField(
        label=gettext_lazy("Type the present name to confirm"),
        max_length=30,
        widget=forms.TextInput(attrs=_NAME),
    )

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        """Keep the name to compare with."""
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_old_name(self) -> str:
        """Refuse anything but the exact name."""
        name: str = self.cleaned_data["old_name"]
        if name != self.expected:
            message = _("This is not the name. Type %(expected)s to rename it.") % {
                "expected": self.expected
            }
            raise forms.ValidationError(message)
        return name


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, name: str) -> HttpResponse:
    """Show what a rename does and does not change, and rename."""
    head = find_for_owners(request, name)
    require_recent_login(request)
    old = head.organization.name
    form = RenameForm(request.POST or None, expected=old)
    if request.method == "POST" and attempt_form(
        form,
        lambda: rename_organization(
            head.organization, to=form.cleaned_data["new_name"], by=head.principal
        ),
        field="new_name",
    ):
        new = form.cleaned_data["new_name"]
        messages.success(
            request,
            _(
                "%(old)s is %(new)s now. %(old)s stays reserved, and references with it keep "
                "working."
            )
            % {"old": old, "new": new},
        )
        return redirect("web-organization-settings", new)
    context = {"head": head, "tab": "settings", "crumb": _("Rename"), "form": form}
    return render(request, "index/rename.html", context)
