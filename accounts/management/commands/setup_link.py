"""`manage.py setup_link`: the one-time link for the first administrator."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.flows.first_administrator import make_setup_token


class Command(BaseCommand):
    """There is no default password; this link is how the first administrator comes to be."""

    help = "Print a link that makes the first administrator. It works once, for a day."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print it, or say that there is an administrator already."""
        token = make_setup_token()
        if token is None:
            message = "There is an administrator already: ask them."
            raise CommandError(message)
        self.stdout.write(f"{settings.PUBLIC_URL}/setup/{token}")
