"""Who: people, organizations, and how they prove who they are."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The lowest app; imports none of the others."""

    name = "accounts"

    def ready(self) -> None:
        """Listen to django-allauth: what it changes is written down, too."""
        from accounts import history  # noqa: F401 - models are ready only now
        from accounts.openid import receivers  # noqa: F401 - the same
