"""Delete an organization: what that ends, then the typed name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.errors import AccountError
from accounts.figures import counts
from accounts.flows.reopen_organization import endings_of, left_meanwhile
from accounts.models import EndedOrganization, Invitation
from accounts.web.methods import require_recent_login
from accounts.web.organizations.head import OrganizationHead, find_for_owners
from accounts.web.undo import offer_undo
from index.flows.delete_organization import delete_organization, repositories_left, trash_left
from index.flows.reopen_organization import reopen_organization
from index.web.lookup import principal_of
from index.web.methods import post_only

_SHOWN = 20


class DeleteOrganizationForm(forms.Form):
    """The typed name is the confirmation."""

    name = forms.CharField(
        label=gettext_lazy("Type the name to confirm"),
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
            message = _("This is not the name. Type %(expected)s to delete the organization.") % {
                "expected": self.expected
            }
            raise forms.ValidationError(message)
        return name


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Say what deleting ends and what is in the way; delete when the name was typed."""
    head = find_for_owners(request, name)
    form = DeleteOrganizationForm(request.POST or None, expected=head.organization.name)
    if request.method == "POST":
        require_recent_login(request)
    if request.method == "POST" and form.is_valid():
        try:
            ending = delete_organization(head.organization, by=head.principal)
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            return _tell(request, name, ending)
    return render(request, "index/organization_delete.html", _context(head, form))


@post_only
def reopen(request: HttpRequest, ending_id: int) -> HttpResponse:
    """Undo the deletion; 404 alike for whoever may not, and where it is too late."""
    principal = principal_of(request)
    ending = get_object_or_404(endings_of(principal), pk=ending_id)
    try:
        organization = reopen_organization(ending, by=principal)
    except AccountError as error:
        messages.error(request, str(error))
        return redirect("web-trash")
    sentence = _("{name} is back, with everyone and everything but for open invitations.")
    messages.success(request, sentence.format(name=organization.name))
    if left := left_meanwhile(ending):
        sentence = _(
            "No seat in a team that a group fills for who left the group meanwhile: {people}."
        )
        messages.warning(request, sentence.format(people=", ".join(left)))
    return redirect("web-organization", organization.name)


def _tell(request: HttpRequest, name: str, ending: EndedOrganization | None) -> HttpResponse:
    """Say what became of it, and offer it back."""
    if ending is None:
        messages.success(
            request, _("%(name)s is deleted. Its name stays reserved.") % {"name": name}
        )
        return redirect("web-home")
    sentence = _("{name} is deleted. As long as it is in the trash you can have it back.")
    way_back = reverse("web-organization-reopen", args=[ending.pk])
    offer_undo(request, sentence.format(name=name), way_back)
    return redirect("web-trash")


def _context(head: OrganizationHead, form: DeleteOrganizationForm) -> dict[str, Any]:
    organization = head.organization
    left = repositories_left(organization)
    return {
        "head": head,
        "tab": "settings",
        "crumb": _("Delete"),
        "form": form,
        "trash_days": settings.TRASH_DAYS,
        "left": left[:_SHOWN],
        **counts(
            left_count=left,
            trash_count=trash_left(organization),
            members=organization.memberships.all(),
            teams=organization.teams.all(),
            robots=organization.namespace.robots.filter(disabled_at=None),
            invitations=Invitation.objects.open().filter(organization=organization),
        ),
    }
