"""`manage.py keys create|list|rotate`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tokenauth.signing.keys import signing_keys


class Command(BaseCommand):
    """Look after the signing keys. No key is ever managed over HTTP."""

    help = "Create the root certificate and first key, list the keys, or rotate to a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one verb."""
        parser.add_argument("verb", choices=["create", "list", "rotate"])

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it and say what is now."""
        if options["verb"] == "create":
            signing_keys.create(settings.PUBLIC_HOST)
        if options["verb"] == "rotate":
            signing_keys.rotate(settings.PUBLIC_HOST)
        current = signing_keys.current()
        self.stdout.write(f"root certificate  {signing_keys.root_certificate}")
        for key in signing_keys.all():
            mark = "signs " if key.kid == current.kid else "valid "
            self.stdout.write(f"{mark} {key.kid}  until {key.ends_at:%Y-%m-%d}")
