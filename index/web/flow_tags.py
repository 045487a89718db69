"""Template tags of the flows that lead somebody on: ways back, lists that look again."""

from __future__ import annotations

from django import template
from django.template import Context

from accounts.web.organizations.head import OrganizationHead
from accounts.web.undo import way_back
from index.organization_steps import OrganizationSteps
from index.web.organization_guide import guide_for

register = template.Library()
register.filter("way_back", way_back)


@register.simple_tag(takes_context=True)
def organization_guide(context: Context, head: OrganizationHead) -> OrganizationSteps | None:
    """Return the steps of a new organization, for an owner whom they still help."""
    request = context.get("request")
    return guide_for(request, head) if request else None
