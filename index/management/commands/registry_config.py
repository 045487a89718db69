"""`manage.py registry_config NAME …` prints config.yml for a registry."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from index.models import KeyFormat, Registry
from index.registry_config import render_registry_config


class Command(BaseCommand):
    """The secret is the one that `registries set` printed; only its digest is kept here."""

    help = "Print the configuration of a registry. It holds a secret: keep the file private."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what only the registry's host knows."""
        parser.add_argument("name")
        parser.add_argument("--listen", required=True, help="[host]:port on its host")
        parser.add_argument("--storage", required=True, type=Path, help="folder on its host")
        parser.add_argument(
            "--events-secret-file",
            required=True,
            help="where `registries set` printed it; - reads it here",
        )
        parser.add_argument("--trust-file", type=Path, help="what it trusts, on its host")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print it."""
        registry = Registry.objects.filter(name=options["name"]).first()
        if registry is None:
            message = f"There is no registry {options['name']}: add it with `registries set`."
            raise CommandError(message)
        if registry.key_format != KeyFormat.X5C and not options["trust_file"]:
            what = "jwks" if registry.key_format == KeyFormat.THUMBPRINT else "certificates"
            message = (
                f"{registry} goes by {registry.key_format}: say with --trust-file where on its host"
                f" lies what `keys export {what}` prints."
            )
            raise CommandError(message)
        try:
            secret = _read(options["events_secret_file"]).strip()
        except OSError as error:
            message = f"The events secret cannot be read: {error}."
            raise CommandError(message) from error
        self.stdout.write(
            render_registry_config(
                registry,
                listen=options["listen"],
                storage=options["storage"],
                events_secret=secret,
                trust_file=options["trust_file"],
            )
        )


def _read(file: str) -> str:
    """Read a file, or what is handed over: who runs this may not see the folders of who calls it."""
    return sys.stdin.read() if file == "-" else Path(file).read_text()
