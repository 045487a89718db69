"""What administrators do: find people, disable, enable, appoint, reset second factors, invite."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import AccountError
from accounts.flows import manage_people
from accounts.flows.site_invitations import invite_to_site, revoke_site_invitation
from accounts.models import AuditEvent, Invitation, User
from accounts.owned import owned_by
from accounts.people_search import everybody, search_people
from accounts.principals import Principal
from accounts.web.methods import post_only
from accounts.web.profile_forms import InviteForm, ReasonForm
from accounts.web.recent_factor import dangerous
from accounts.web.visitors import check_administrator

_PAGE_SIZE = 25


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """List people, or those that a word is part of."""
    check_administrator(request)
    query = request.GET.get("q", "").strip()[:100]
    page = Paginator(search_people(query), _PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "query": query}
    return render(request, "accounts/manage/people.html", context)


@require_safe
def person(request: HttpRequest, username: str) -> HttpResponse:
    """Show one account and what can be done with it."""
    check_administrator(request)
    return _show(request, _find(username))


@post_only
@dangerous
def disable(request: HttpRequest, username: str) -> HttpResponse:
    """Let nobody in with it."""
    done = _("%(name)s is disabled and logged out everywhere.")
    return _do(request, username, manage_people.disable, done)


@post_only
@dangerous
def enable(request: HttpRequest, username: str) -> HttpResponse:
    """Let the person in again."""
    return _do(request, username, manage_people.enable, _("%(name)s is enabled."))


@post_only
@dangerous
def reset_second_factor(request: HttpRequest, username: str) -> HttpResponse:
    """Take away factors that were lost."""
    done = _(
        "%(name)s has no second factor any more, is logged out everywhere, and was told by mail."
    )
    return _do(request, username, manage_people.reset_second_factor, done)


@post_only
@dangerous
def log_out(request: HttpRequest, username: str) -> HttpResponse:
    """End every session and every docker login."""
    done = _("%(name)s is logged out everywhere, and was told by mail.")
    return _do(request, username, manage_people.end_sessions, done)


@post_only
@dangerous
def verify_address(request: HttpRequest, username: str) -> HttpResponse:
    """Count the primary address as proven."""
    done = _("The address of %(name)s is verified.")
    return _do(request, username, manage_people.verify_address, done)


@post_only
@dangerous
def appoint(request: HttpRequest, username: str) -> HttpResponse:
    """Make someone an administrator."""
    return _do(request, username, manage_people.appoint, _("%(name)s is an administrator now."))


@post_only
@dangerous
def dismiss(request: HttpRequest, username: str) -> HttpResponse:
    """Make an administrator an ordinary person."""
    done = _("%(name)s is no administrator any more.")
    return _do(request, username, manage_people.dismiss, done)


@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest) -> HttpResponse:
    """List open invitations to the site, and send another one."""
    principal = check_administrator(request)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = invite_to_site(form.cleaned_data["email"], by=principal)
        except AccountError as error:
            form.add_error("email", str(error))
        else:
            messages.success(
                request,
                _("%(email)s is invited, by mail, for a week.") % {"email": invitation.email},
            )
            return redirect("web-manage-invitations")
    sent = Invitation.objects.open().filter(organization=None).select_related("invited_by")
    context = {"form": form, "invitations": sent.order_by("-created_at")}
    return render(request, "accounts/manage/invitations.html", context)


@post_only
def revoke_invitation(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    principal = check_administrator(request)
    invitation = get_object_or_404(Invitation, pk=invitation_id, organization=None)
    revoke_site_invitation(invitation, by=principal)
    messages.success(
        request, _("The invitation of %(email)s is taken back.") % {"email": invitation.email}
    )
    return redirect("web-manage-invitations")


def _do(request: HttpRequest, username: str, flow: Callable[..., None], done: str) -> HttpResponse:
    principal: Principal = check_administrator(request)
    user = _find(username)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            flow(user, by=principal, reason=form.cleaned_data["reason"])
        except AccountError as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, done % {"name": username})
            return redirect("web-manage-person", username)
    return _show(request, user, form=form)


def _find(username: str) -> User:
    return get_object_or_404(everybody(), username=username)


def _show(request: HttpRequest, user: User, *, form: ReasonForm | None = None) -> HttpResponse:
    context = {
        "person": user,
        "addresses": user.emailaddress_set.order_by("-primary", "email"),
        "memberships": user.memberships.select_related("organization"),
        "has_second_factor": getattr(user, "has_factor", False),  # of `everybody`
        "owned": owned_by(user.namespace),
        "events": AuditEvent.objects.filter(user=user)[:10],
        "form": form or ReasonForm(),
    }
    return render(request, "accounts/manage/person.html", context)
