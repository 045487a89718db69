"""Invitations, as the owners of an organization see them: send, send again, revoke."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.flows.invitations import revoke_invitation, send_again, send_invitation
from accounts.models import Invitation, OrganizationRole
from accounts.web.methods import post_only, require_recent_login
from accounts.web.organizations.attempts import attempt, attempt_form
from accounts.web.organizations.forms import InviteForm
from accounts.web.organizations.head import OrganizationHead, find_for_owners
from accounts.web.organizations.members import members_page


@post_only
def send(request: HttpRequest, name: str) -> HttpResponse:
    """Invite someone; as an owner only after a recent log-in."""
    head = find_for_owners(request, name)
    form = InviteForm(request.POST, organization=head.organization)
    if request.POST.get("role") == OrganizationRole.OWNER:
        require_recent_login(request)
    if not attempt_form(form, lambda: _send(head, form), field="invitee"):
        return members_page(request, head, form)
    invitee = form.cleaned_data["invitee"]
    messages.success(
        request,
        _("%(invitee)s is invited. The mail with the link is on its way.") % {"invitee": invitee},
    )
    return redirect("web-organization-members", name)


@post_only
def revoke(request: HttpRequest, name: str, invitation_id: int) -> HttpResponse:
    """End an invitation; one of another organization is not found (case 19)."""
    head = find_for_owners(request, name)
    invitation = _find(head, invitation_id)
    attempt(
        request,
        lambda: revoke_invitation(invitation, by=head.principal),
        done=_("The invitation is revoked. Its link opens nothing any more."),
    )
    return redirect("web-organization-members", name)


@post_only
def again(request: HttpRequest, name: str, invitation_id: int) -> HttpResponse:
    """Send a new link for another week."""
    head = find_for_owners(request, name)
    invitation = _find(head, invitation_id)
    if invitation.role == OrganizationRole.OWNER:
        require_recent_login(request)
    attempt(
        request,
        lambda: send_again(invitation, by=head.principal),
        done=_("A new link is on its way. The old one opens nothing any more."),
    )
    return redirect("web-organization-members", name)


def _send(head: OrganizationHead, form: InviteForm) -> None:
    send_invitation(
        head.organization,
        by=head.principal,
        invitee=form.cleaned_data["invitee"],
        role=OrganizationRole(form.cleaned_data["role"]),
        team=form.cleaned_data["team"],
    )


def _find(head: OrganizationHead, invitation_id: int) -> Invitation:
    return get_object_or_404(Invitation, organization=head.organization, pk=invitation_id)
