"""What templates need of the administration, and the banners on every page."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from accounts.announcements import COOKIE, Banner, banners_for, read_dismissed
from accounts.standing import Line
from accounts.waiting import waiting

register = template.Library()


@register.simple_tag
def manage_waiting() -> dict[str, int]:
    """Return how many things wait, by the view they wait in; one query."""
    return waiting()


@register.filter
def count_of(counts: dict[str, int], view: str) -> int:
    """Return the number for a view."""
    return counts.get(view, 0)


@register.filter
def page_of_line(line: Line) -> str:
    """Return the address of the page where a line is mended; empty where there is none."""
    if not line.view:
        return ""
    try:
        return reverse(line.view, args=[line.argument] if line.argument else [])
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def announcements(context: Any) -> list[Banner]:
    """Return the banners for this reader; no query while they are remembered."""
    request = context.get("request")
    if request is None:
        return []
    user = getattr(request, "user", None)
    return banners_for(
        is_administrator=bool(user and user.is_superuser),
        dismissed=read_dismissed(request.COOKIES.get(COOKIE, "")),
    )
