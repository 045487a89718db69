"""Teams of an organization: list, create, show, change, delete."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.flows.follow_group import are_groups_told, follow_group
from accounts.flows.teams import change_team, create_team, delete_team
from accounts.models import Team
from accounts.organization_policy import may_choose_group, may_fill
from accounts.web.organizations.attempts import attempt, attempt_form
from accounts.web.organizations.forms import TeamForm, TeamGroupForm, TeamMemberForm
from accounts.web.organizations.head import OrganizationHead, find_for_members, find_for_owners

_TEAMS = 50  # on a page
_MEMBERS = 25


@require_safe
def show_all(request: HttpRequest, name: str) -> HttpResponse:
    """List the teams."""
    head = find_for_members(request, name)
    teams = head.organization.teams.annotate(people=Count("memberships")).order_by("name")
    page = Paginator(teams, _TEAMS).get_page(request.GET.get("page"))
    context = {"head": head, "tab": "teams", "crumb": _("Teams"), "page": page}
    return render(request, "accounts/organizations/teams.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, name: str) -> HttpResponse:
    """Create a team."""
    head = find_for_owners(request, name)
    form = TeamForm(request.POST or None)
    if request.method == "POST" and attempt_form(
        form,
        lambda: create_team(head.organization, by=head.principal, **form.cleaned_data),
        field="name",
    ):
        team = form.cleaned_data["name"]
        messages.success(
            request, _("The team %(team)s is there. Add its first members.") % {"team": team}
        )
        return redirect("web-organization-team", name, team)
    context = {"head": head, "tab": "teams", "crumb": _("New team"), "form": form}
    return render(request, "accounts/organizations/team_new.html", context)


@require_safe
def show(request: HttpRequest, name: str, team: str) -> HttpResponse:
    """Show who is in a team, and what it gives."""
    head = find_for_members(request, name)
    return team_page(request, head, find_team(head, team))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, name: str, team: str) -> HttpResponse:
    """Rename and describe a team."""
    head = find_for_owners(request, name)
    found = find_team(head, team)
    initial = {"name": found.name, "description": found.description}
    form = TeamForm(request.POST or None, initial=initial)
    if request.method == "POST" and attempt_form(
        form, lambda: change_team(found, by=head.principal, **form.cleaned_data), field="name"
    ):
        messages.success(request, _("The team is changed."))
        return redirect("web-organization-team", name, found.name)
    context = {"head": head, "tab": "teams", "crumb": team, "form": form, "team_name": team}
    return render(request, "accounts/organizations/team_change.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, name: str, team: str) -> HttpResponse:
    """Say what a group does to a team, then let it fill the team, or no longer."""
    head = find_for_owners(request, name)
    found = find_team(head, team)
    if not may_choose_group(head.principal, head.organization):
        message = _(
            "Only administrators of this site may fill a team from a group. Ask one of them."
        )
        raise PermissionDenied(message)
    form = TeamGroupForm(request.POST or None, initial={"group": found.external_group})
    if request.method == "POST" and attempt_form(
        form, lambda: follow_group(found, by=head.principal, **form.cleaned_data), field="group"
    ):
        chosen = form.cleaned_data["group"]
        said = (
            _("%(chosen)s fills the team from now on.") % {"chosen": chosen}
            if chosen
            else _("No group fills the team now.")
        )
        messages.success(request, said)
        return redirect("web-organization-team", name, team)
    context = {
        "head": head,
        "tab": "teams",
        "crumb": _("Group of %(team)s") % {"team": team},
        "form": form,
    }
    people = found.memberships.count()
    context |= {"team": found, "people": people, "is_told": are_groups_told()}
    return render(request, "accounts/organizations/team_group.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, name: str, team: str) -> HttpResponse:
    """Say what deleting a team ends, then do it."""
    head = find_for_owners(request, name)
    found = find_team(head, team)
    if request.method != "POST":
        context = {
            "head": head,
            "tab": "teams",
            "crumb": _("Delete %(name)s") % {"name": team},
            "team": found,
        }
        return render(request, "accounts/organizations/team_delete.html", context)
    attempt(
        request,
        lambda: delete_team(found, by=head.principal),
        done=_("The team %(team)s is deleted, and what it was granted has ended.") % {"team": team},
    )
    return redirect("web-organization-teams", name)


def find_team(head: OrganizationHead, team: str) -> Team:
    """Return the team; one of another organization is not found (case 19)."""
    return get_object_or_404(
        Team.objects.select_related("organization__namespace"),
        organization=head.organization,
        name=team,
    )


def team_page(
    request: HttpRequest, head: OrganizationHead, team: Team, form: TeamMemberForm | None = None
) -> HttpResponse:
    """Render a team, with a refused form in the place of its fresh twin."""
    places = team.memberships.select_related("membership__user")
    ordered = places.order_by("-is_maintainer", "membership__user__username")
    context: dict[str, Any] = {
        "head": head,
        "tab": "teams",
        "crumb": team.name,
        "team": team,
        "page": Paginator(ordered, _MEMBERS).get_page(request.GET.get("page")),
        "may_fill": may_fill(head.principal, team) and not team.external_group,
        "may_choose_group": may_choose_group(head.principal, head.organization)
        and bool(team.external_group or are_groups_told()),
        "form": form or TeamMemberForm(),
    }
    return render(request, "accounts/organizations/team.html", context)
