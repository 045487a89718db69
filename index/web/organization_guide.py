"""The steps that lead owners of a new organization to the first push of a team, until they hide them."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import OrganizationRole
from accounts.web.organizations.head import OrganizationHead, find_for_owners
from index.organization_steps import OrganizationSteps, organization_steps
from index.web.methods import post_only

_COOKIE = "hidden-guides"  # numbers of organizations, with dots between
_MOST = 20
_YOUNG = timedelta(days=30)  # after the first push those who want no team are left alone
_YEAR = 365 * 24 * 3600


def guide_for(request: HttpRequest, head: OrganizationHead) -> OrganizationSteps | None:
    """Return the steps, if the reader is an owner whom they still help."""
    organization = head.organization
    if head.role != OrganizationRole.OWNER or str(organization.pk) in _hidden(request):
        return None
    steps = organization_steps(organization)
    is_young = organization.created_at > timezone.now() - _YOUNG
    return steps if steps.next and (is_young or not steps.push) else None


@post_only
def hide(request: HttpRequest, name: str) -> HttpResponse:
    """Show them no more, in this browser."""
    organization = find_for_owners(request, name).organization
    hidden = [str(organization.pk), *_hidden(request)][:_MOST]
    response = redirect("web-organization", organization.name)
    response.set_cookie(
        _COOKIE,
        ".".join(dict.fromkeys(hidden)),
        max_age=_YEAR,
        samesite="Lax",
        secure=settings.IS_HTTPS,
        httponly=True,
    )
    return response


def _hidden(request: HttpRequest) -> list[str]:
    return [number for number in request.COOKIES.get(_COOKIE, "").split(".") if number.isdigit()]
