"""The wiring of the apps, as an app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig

# In the order of the page of administrators.
_STANDINGS = ("readiness", "program", "databases", "outside", "configuration", "permissions")


class ConfigConfig(AppConfig):
    """Imports all the others."""

    name = "config"

    def ready(self) -> None:
        """Say what is looked at of the program itself."""
        for group in _STANDINGS:  # models are ready only now
            import_module(f"config.standing.{group}")
        import_module("config.request_of_tasks")  # listens, in web and worker
