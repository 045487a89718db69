"""What templates need to show numbers, names and times."""

from __future__ import annotations

from django import template

register = template.Library()
