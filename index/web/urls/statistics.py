"""Graphs and badges."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from index.web import badges, statistics
from index.web.badge_picture import KINDS


class BadgeConverter(StringConverter):
    """`<badge:kind>`: what there are badges of."""

    regex = "|".join(KINDS)


register_converter(BadgeConverter, "badge")

urlpatterns: list[URLPattern] = [
    path("badge/<repository:name>/<badge:kind>.svg", badges.show, name="web-badge"),
    path("r/<repository:name>/-/statistics", statistics.show, name="web-repository-statistics"),
]
