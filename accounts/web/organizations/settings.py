"""Settings of an organization: one URL for each change, all shown on one page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.flows.organizations import Profile, change_rules, describe_organization
from accounts.second_factor import lacking_among
from accounts.web.methods import post_only, require_recent_login
from accounts.web.organizations.attempts import attempt_form
from accounts.web.organizations.forms import ProfileForm, RulesForm
from accounts.web.organizations.head import OrganizationHead, find_for_owners
from accounts.web.profile_forms import PictureForm


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show all settings."""
    return settings_page(request, find_for_owners(request, name))


@post_only
def profile(request: HttpRequest, name: str) -> HttpResponse:
    """Change what the organization says of itself."""
    head = find_for_owners(request, name)
    form = ProfileForm(request.POST)
    if not attempt_form(
        form,
        lambda: describe_organization(
            head.organization, by=head.principal, profile=Profile(**form.cleaned_data)
        ),
        field=None,
    ):
        return settings_page(request, head, profile_form=form)
    messages.success(request, _("The profile is saved."))
    return redirect("web-organization-settings", name)


@post_only
def rules(request: HttpRequest, name: str) -> HttpResponse:
    """Change what members may do and must have; no longer to demand two factors needs a log-in."""
    head = find_for_owners(request, name)
    form = RulesForm(request.POST)
    if head.organization.requires_second_factor and "requires_second_factor" not in request.POST:
        require_recent_login(request)
    if not attempt_form(
        form,
        lambda: change_rules(head.organization, by=head.principal, **form.cleaned_data),
        field="requires_second_factor",
    ):
        return settings_page(request, head, rules_form=form)
    messages.success(request, _("The rules are saved."))
    return redirect("web-organization-settings", name)


def settings_page(
    request: HttpRequest, head: OrganizationHead, **refused: forms.Form
) -> HttpResponse:
    """Render the page; a refused form takes the place of its fresh twin."""
    organization = head.organization
    profile_fields = ("display_name", "description", "location", "link")
    rule_fields = ("members_may_create", "requires_second_factor")
    context: dict[str, Any] = {
        "head": head,
        "tab": "settings",
        "crumb": _("Settings"),
        "profile_form": ProfileForm(
            initial={field: getattr(organization, field) for field in profile_fields}
        ),
        "rules_form": RulesForm(
            initial={field: getattr(organization, field) for field in rule_fields}
        ),
        "picture_form": PictureForm(),
        "lacking": lacking_among(organization),
        "has_errors": bool(refused),
    }
    return render(request, "accounts/organizations/settings.html", context | refused)
