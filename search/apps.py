"""Find: repositories by what people type."""

from __future__ import annotations

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Imports index and accounts."""

    name = "search"
