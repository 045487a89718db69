"""Template tags of the flows that lead somebody on: ways back, lists that look again."""

from __future__ import annotations

from django import template

from accounts.web.undo import way_back

register = template.Library()
register.filter("way_back", way_back)
