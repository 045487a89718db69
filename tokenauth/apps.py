"""May: the bearer tokens that registries trust."""

from __future__ import annotations

from django.apps import AppConfig


class TokenauthConfig(AppConfig):
    """Imports index and accounts; its package `signing` imports neither, so index may use it."""

    name = "tokenauth"

    def ready(self) -> None:
        """Listen to what ends every machine's login, and say what one proves."""
        from tokenauth import machines, own_data, signals, standing  # noqa: F401 - models are ready only now
        from tokenauth.workloads import workload_secrets  # noqa: F401
