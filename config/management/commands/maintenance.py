"""`manage.py maintenance on|off|status`: tell everybody to come back later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from config.maintenance import Maintenance, begin, current, end


class Command(BaseCommand):
    """Asks no database: it works while there is none."""

    help = "Answer everything with 503, a page for people and errors that docker prints; for this host."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what is to be, and what is said meanwhile."""
        parser.add_argument("what", choices=("on", "off", "status"))
        parser.add_argument("--words", default="", help="a sentence for people and docker users")
        parser.add_argument("--minutes", type=int, help="about how long; clients come back then")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, and say what holds now."""
        if options["what"] == "on":
            minutes = options["minutes"]
            until = timezone.now() + timedelta(minutes=minutes) if minutes else None
            begin(Maintenance(options["words"], until))
        elif options["what"] == "off":
            end()
        now = current()
        self.stdout.write(f"on: {now.message}" if now else "off")
