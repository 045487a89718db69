"""Who is in a team: add, remove, make maintainer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.flows.teams import add_to_team, change_maintainer, remove_from_team
from accounts.models import Team, TeamMembership
from accounts.web.methods import post_only
from accounts.web.organizations.attempts import attempt, attempt_form
from accounts.web.organizations.forms import TeamMemberForm
from accounts.web.organizations.head import find_for_members
from accounts.web.organizations.teams import find_team, team_page


@post_only
def add(request: HttpRequest, name: str, team: str) -> HttpResponse:
    """Add a member of the organization; for its owners and the team's maintainers."""
    head = find_for_members(request, name)
    found = find_team(head, team)
    form = TeamMemberForm(request.POST)
    if not attempt_form(
        form, lambda: add_to_team(found, by=head.principal, **form.cleaned_data), field="username"
    ):
        return team_page(request, head, found, form)
    username = form.cleaned_data["username"]
    messages.success(
        request, _("%(username)s is in %(team)s now.") % {"username": username, "team": team}
    )
    return redirect("web-organization-team", name, team)


@post_only
def remove(request: HttpRequest, name: str, team: str, username: str) -> HttpResponse:
    """Take someone out of the team, or leave it oneself."""
    head = find_for_members(request, name)
    place = _find_place(find_team(head, team), username)
    attempt(
        request,
        lambda: remove_from_team(place, by=head.principal),
        done=_("%(username)s is not in %(team)s any more.") % {"username": username, "team": team},
    )
    return redirect("web-organization-team", name, team)


@post_only
def maintainer(request: HttpRequest, name: str, team: str, username: str) -> HttpResponse:
    """Let someone choose who is in the team, or no longer."""
    head = find_for_members(request, name)
    place = _find_place(find_team(head, team), username)
    wanted = request.POST.get("maintainer") == "yes"
    attempt(
        request,
        lambda: change_maintainer(place, by=head.principal, is_maintainer=wanted),
        done=(
            _("%(username)s is a maintainer of %(team)s.")
            if wanted
            else _("%(username)s is no longer a maintainer of %(team)s.")
        )
        % {"username": username, "team": team},
    )
    return redirect("web-organization-team", name, team)


def _find_place(team: Team, username: str) -> TeamMembership:
    places = TeamMembership.objects.select_related(
        "team__organization__namespace", "membership__user"
    )
    return get_object_or_404(places, team=team, membership__user__username=username)
