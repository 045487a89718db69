"""What: registries, repositories, who may touch them, what happened to them."""

from __future__ import annotations

from django.apps import AppConfig


class IndexConfig(AppConfig):
    """Imports accounts; search and tokenauth import it."""

    name = "index"

    def ready(self) -> None:
        """Listen to ended memberships: they end grants."""
        from index import (  # noqa: F401 - models are ready only now
            own_data,
            signals,
            standing,
            standing_of_probes,
        )
