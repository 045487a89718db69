"""Members of an organization: who they are, change their role, remove them, leave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import LastOwner
from accounts.flows.external_groups import left_out
from accounts.flows.memberships import (
    change_role,
    check_not_last_owner,
    leave_organization,
    remove_member,
)
from accounts.models import (
    Invitation,
    Membership,
    OrganizationRole,
    RobotAccount,
    TeamMembership,
    User,
)
from accounts.prepared import prepared
from accounts.second_factor import lacks_factor
from accounts.together import HowMany, read_together
from accounts.web.methods import post_only, require_recent_login
from accounts.web.organizations.attempts import attempt
from accounts.web.organizations.forms import InviteForm
from accounts.web.organizations.head import (
    OrganizationHead,
    find_for_members,
    find_for_owners,
    signed_in_user,
)

_PAGE_SIZE = 25


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """List members, and for owners open invitations."""
    return members_page(request, find_for_members(request, name))


@post_only
def role(request: HttpRequest, name: str, username: str) -> HttpResponse:
    """Make someone an owner or a member; either concerns owners, so a recent log-in is needed."""
    head = find_for_owners(request, name)
    membership = _find(head, username)
    wanted = request.POST.get("role", "")
    if wanted not in OrganizationRole.values:
        return redirect("web-organization-members", name)
    require_recent_login(request)
    is_owner = wanted == OrganizationRole.OWNER
    done = _("%(username)s is an owner now.") if is_owner else _("%(username)s is a member now.")
    attempt(
        request,
        lambda: change_role(membership, by=head.principal, role=OrganizationRole(wanted)),
        done=done % {"username": username},
    )
    return redirect("web-organization-members", name)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, name: str, username: str) -> HttpResponse:
    """Say what removing this person ends, then do it."""
    head = find_for_owners(request, name)
    membership = _find(head, username)
    if request.method != "POST":
        return _ending(request, head, membership, is_oneself=False)
    if membership.role == OrganizationRole.OWNER:
        require_recent_login(request)
    attempt(
        request,
        lambda: remove_member(membership, by=head.principal),
        done=_("%(username)s is not in %(name)s any more.") % {"username": username, "name": name},
    )
    return redirect("web-organization-members", name)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, name: str) -> HttpResponse:
    """Say what leaving ends, then do it."""
    head = find_for_members(request, name)
    membership = _find(head, signed_in_user(request).username)
    if request.method != "POST":
        return _ending(request, head, membership, is_oneself=True)
    if membership.role == OrganizationRole.OWNER:
        require_recent_login(request)
    done = attempt(
        request,
        lambda: leave_organization(membership, by=head.principal),
        done=_("You have left %(name)s.") % {"name": name},
    )
    return redirect("web-home") if done else redirect("web-organization-members", name)


def members_page(
    request: HttpRequest, head: OrganizationHead, form: InviteForm | None = None
) -> HttpResponse:
    """Render the page, with a refused form in the place of its fresh twin."""
    organization = head.organization
    pages = Paginator(_members(organization=organization.pk), _PAGE_SIZE)
    context: dict[str, Any] = {"head": head, "tab": "members", "crumb": _("Members")}
    if head.is_owner:
        [pages.count], without_room, invitations = read_together(
            HowMany(organization.memberships.all()),
            left_out(organization),
            prepared(_unanswered, organization=organization.pk),
        )
        context |= {
            "form": form or InviteForm(organization=organization),
            "left_out": without_room,
            "invitations": invitations,
        }
    page: Any = pages.get_page(request.GET.get("page"))
    page.object_list = _with_teams(page.object_list)
    if page.number == 1:  # owners come first
        context["sole_owner"] = _sole_owner(page.object_list)
    return render(request, "accounts/organizations/members.html", context | {"page": page})


def _members(*, organization: int) -> QuerySet[Membership]:
    members = Membership.objects.filter(organization=organization).select_related("user")
    marked = members.annotate(lacks_factor=lacks_factor("user"))
    return marked.order_by("-role", "user__username")


def _unanswered(*, organization: int) -> QuerySet[Invitation]:
    invitations = Invitation.objects.filter(
        organization=organization, accepted_at=None, revoked_at=None, declined_at=None
    )
    return invitations.select_related("user", "invited_by", "team").order_by("-pk")[:_PAGE_SIZE]


def _with_teams(members: Iterable[Membership]) -> list[tuple[Membership, list[str]]]:
    """Return each with the names of its teams."""
    teams: dict[int, list[str]] = {member.pk: [] for member in members}
    places = TeamMembership.objects.filter(membership__in=teams).order_by("team__name")
    for member, team in places.values_list("membership", "team__name"):
        teams[member].append(team)
    return [(member, teams[member.pk]) for member in members]


def _sole_owner(members: list[tuple[Membership, list[str]]]) -> User | None:
    """Return the one who has to stay an owner, if it is one alone."""
    rows = (member for member, _teams in members if member.role == OrganizationRole.OWNER)
    owners = [member.user for member in rows if member.user.is_active]
    return owners[0] if len(owners) == 1 else None


def _find(head: OrganizationHead, username: str) -> Membership:
    members = head.organization.memberships.select_related("user", "organization__namespace")
    return get_object_or_404(members, user__username=username)


def _ending(
    request: HttpRequest, head: OrganizationHead, membership: Membership, *, is_oneself: bool
) -> HttpResponse:
    robots = RobotAccount.objects.filter(
        namespace=head.organization.namespace, responsible=membership.user
    )
    username = membership.user.username
    context = {
        "head": head,
        "tab": "members",
        "crumb": _("Leave") if is_oneself else _("Remove %(username)s") % {"username": username},
        "membership": membership,
        "obstacle": _obstacle(membership),
        "is_oneself": is_oneself,
        "teams": membership.teams.select_related("team").order_by("team__name"),
        "robots": robots.select_related("namespace").order_by("name"),
    }
    return render(request, "accounts/organizations/member_end.html", context)


def _obstacle(membership: Membership) -> str:
    """Return why it cannot end; empty if it can."""
    try:
        check_not_last_owner(membership)
    except LastOwner as error:
        return str(error)
    return ""
