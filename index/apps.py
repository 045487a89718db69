"""What: registries, repositories, who may touch them, what happened to them."""

from __future__ import annotations

from django.apps import AppConfig


class IndexConfig(AppConfig):
    """Imports accounts; search and tokenauth import it."""

    name = "index"
