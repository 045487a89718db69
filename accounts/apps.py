"""Who: people, organizations, and how they prove who they are."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """The lowest app; imports none of the others."""

    name = "accounts"

    def ready(self) -> None:
        """Listen to django-allauth, whose changes are written down too, and watch what is written."""
        from accounts import (  # noqa: F401 - models are ready only now
            audit_guard,
            history,
            slow_statements,
            standing_of_mail_server,
            standing_of_site,
        )
        from accounts.changes import watch_connection
        from accounts.flows import end_tokens  # noqa: F401 - the same
        from accounts.openid import receivers  # noqa: F401 - the same

        connection_created.connect(watch_connection)
        connection_created.connect(slow_statements.watch_connection)
        post_migrate.connect(audit_guard.install, sender=self)
