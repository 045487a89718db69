"""Invitations, as the invited see them: by the link of the mail, or from their own pages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import AccountError, InvitationRefused, TooManyAttempts
from accounts.flows.answer_invitation import accept_invitation, check_holds, decline_invitation
from accounts.flows.invitations import find_by_link
from accounts.limits import INVITATION_GUESSES
from accounts.models import Invitation, User
from accounts.ratelimits import count, network_of, refuse_above
from accounts.web.methods import post_only
from accounts.web.organizations.head import signed_in_user


@login_not_required
@require_safe
def show(request: HttpRequest, secret: str) -> HttpResponse:
    """Show who invites to what; opening the link changes nothing."""
    invitation = _find(request, secret)
    if invitation is None:
        return render(request, "accounts/organizations/invite_unknown.html", status=404)
    return _page(request, invitation, secret=secret)


@login_not_required
@post_only
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    """Become a member; whoever is not logged in does that first and comes back to the page."""
    invitation = _find(request, secret)
    if invitation is None:
        return render(request, "accounts/organizations/invite_unknown.html", status=404)
    if not isinstance(request.user, User):
        return redirect(f"{reverse('account_login')}?{urlencode({'next': _link(secret)})}")
    return _accept(request, invitation, request.user, again=_link(secret))


@login_not_required
@post_only
def decline(request: HttpRequest, secret: str) -> HttpResponse:
    """Say no; a mailbox needs no account for that."""
    invitation = _find(request, secret)
    if invitation is None:
        return render(request, "accounts/organizations/invite_unknown.html", status=404)
    user = request.user if isinstance(request.user, User) else None
    return _decline(request, invitation, user, again=_link(secret))


@require_safe
def show_own(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Show an invitation for whoever is logged in, without its link."""
    return _page(request, _find_own(request, invitation_id), secret="")


@post_only
def accept_own(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Become a member."""
    invitation = _find_own(request, invitation_id)
    again = reverse("web-invitation", args=[invitation_id])
    return _accept(request, invitation, signed_in_user(request), again=again)


@post_only
def decline_own(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Say no."""
    invitation = _find_own(request, invitation_id)
    again = reverse("web-invitation", args=[invitation_id])
    return _decline(request, invitation, signed_in_user(request), again=again)


def _find(request: HttpRequest, secret: str) -> Invitation | None:
    """Return the invitation of a link; wrong ones are counted per network, and then not looked at."""
    network = network_of(request.META["REMOTE_ADDR"])
    try:
        refuse_above(INVITATION_GUESSES, network)
    except TooManyAttempts:
        return None
    invitation = find_by_link(secret)
    if invitation is None:
        count(INVITATION_GUESSES, network)
    return invitation


def _find_own(request: HttpRequest, invitation_id: int) -> Invitation:
    found = (
        Invitation.objects.filter(pk=invitation_id, organization__deleted_at=None)
        .select_related("organization", "team", "invited_by", "user")
        .first()
    )
    if found is None or found.organization is None or not found.is_for(signed_in_user(request)):
        raise Http404
    return found


def _page(request: HttpRequest, invitation: Invitation, *, secret: str) -> HttpResponse:
    user = request.user if isinstance(request.user, User) else None
    context = {
        "invitation": invitation,
        "secret": secret,
        "reason": _reason_against(invitation),
        "is_mine": user is not None and invitation.is_for(user),
        "link": _link(secret) if secret else "",
    }
    return render(request, "accounts/organizations/invite.html", context)


def _reason_against(invitation: Invitation) -> str:
    try:
        check_holds(invitation)
    except InvitationRefused as error:
        return str(error)
    return ""


def _accept(
    request: HttpRequest, invitation: Invitation, user: User, *, again: str
) -> HttpResponse:
    if not _try(request, lambda: accept_invitation(invitation, by=user)):
        return redirect(again)
    name = invitation.organization.name if invitation.organization else ""
    messages.success(request, _("You are in %(name)s now.") % {"name": name})
    return redirect("web-organization", name)


def _decline(
    request: HttpRequest, invitation: Invitation, user: User | None, *, again: str
) -> HttpResponse:
    if not _try(request, lambda: decline_invitation(invitation, by=user)):
        return redirect(again)
    messages.success(request, _("The invitation is declined."))
    return redirect("web-home")


def _try(request: HttpRequest, answer: Callable[[], object]) -> bool:
    try:
        answer()
    except AccountError as error:
        messages.error(request, str(error))
        return False
    return True


def _link(secret: str) -> str:
    return reverse("web-invite", args=[secret])
