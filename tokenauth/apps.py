"""May: the bearer tokens that registries trust."""

from __future__ import annotations

from django.apps import AppConfig


class TokenauthConfig(AppConfig):
    """Imports index and accounts; its package `signing` imports neither, so index may use it."""

    name = "tokenauth"

    def ready(self) -> None:
        """Listen to changes of passwords: they end every machine's login."""
        from tokenauth import own_data, signals  # noqa: F401 - models are ready only now
