"""Delete an organization: what that ends, then the typed name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.errors import AccountError
from accounts.models import Invitation
from accounts.web.methods import require_recent_login
from accounts.web.organizations.head import OrganizationHead, find_for_owners
from index.flows.delete_organization import delete_organization, repositories_left, trash_left

_SHOWN = 20


class DeleteOrganizationForm(forms.Form):
    """The typed name is the confirmation."""

    name = forms.CharField(
        label="Type the name to confirm",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        """Keep the name to compare with."""
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_name(self) -> str:
        """Refuse anything but the exact name."""
        name: str = self.cleaned_data["name"]
        if name != self.expected:
            message = f"This is not the name. Type {self.expected} to delete the organization."
            raise forms.ValidationError(message)
        return name


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Say what deleting ends and what is in the way; delete when the name was typed."""
    head = find_for_owners(request, name)
    form = DeleteOrganizationForm(request.POST or None, expected=head.organization.name)
    if request.method == "POST":
        require_recent_login(request)
    if request.method == "POST" and _delete(head, form):
        messages.success(request, f"{name} is deleted. Its name stays reserved.")
        return redirect("web-home")
    return render(request, "index/organization_delete.html", _context(head, form))


def _delete(head: OrganizationHead, form: DeleteOrganizationForm) -> bool:
    if not form.is_valid():
        return False
    try:
        delete_organization(head.organization, by=head.principal)
    except AccountError as error:
        form.add_error(None, str(error))
        return False
    return True


def _context(head: OrganizationHead, form: DeleteOrganizationForm) -> dict[str, Any]:
    organization = head.organization
    left = repositories_left(organization)
    return {
        "head": head,
        "tab": "settings",
        "crumb": "Delete",
        "form": form,
        "left": left[:_SHOWN],
        "left_count": left.count(),
        "trash_count": trash_left(organization).count(),
        "members": organization.memberships.count(),
        "teams": organization.teams.count(),
        "robots": organization.namespace.robots.filter(disabled_at=None).count(),
        "invitations": Invitation.objects.open().filter(organization=organization).count(),
    }
