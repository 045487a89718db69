"""Teams in tables: written here instead of in templates, for each row may have dozens."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def team_links(organization: str, teams: Iterable[str]) -> SafeString:
    """Return their names with commas between, each leading to its team."""
    before = reverse("web-organization-team", args=[organization, "team"]).removesuffix("team")
    return format_html_join(", ", '<a href="{}{}">{}</a>', ((before, one, one) for one in teams))
