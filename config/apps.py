"""The wiring of the apps, as an app."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Imports all the others."""

    name = "config"

    def ready(self) -> None:
        """Say what is looked at of the program itself."""
        from config import standing  # noqa: F401 - models are ready only now
