"""`manage.py registries list|set NAME URL|place PATTERN NAME`."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from index.flows.registries import place, register_registry
from index.models import PlacementRule, Registry


class Command(BaseCommand):
    """Look after registries and placement rules."""

    help = "List registries and placement rules, add or change a registry, or add a rule."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a verb and what belongs to it."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="registries, and which names they keep")
        add = verbs.add_parser("set", help="add or change a registry; prints its new events secret")
        add.add_argument("name")
        add.add_argument("upstream_url")
        add.add_argument("--service", default="", help="own audience, if clients reach it directly")
        rule = verbs.add_parser("place", help="new names that match PATTERN go to a registry")
        rule.add_argument("pattern", help="namespace/name, namespace/*, library/* or *")
        rule.add_argument("name")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, or say in a sentence why not."""
        try:
            getattr(self, f"_{options['verb']}")(options)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error

    def _list(self, _options: dict[str, Any]) -> None:
        for registry in Registry.objects.order_by("name"):
            self.stdout.write(f"{registry.name}  {registry.upstream_url}  {registry.service}")
        for rule in PlacementRule.objects.select_related("registry"):
            self.stdout.write(f"{rule.pattern}  ->  {rule.registry}")

    def _set(self, options: dict[str, Any]) -> None:
        secret = secrets.token_urlsafe(32)
        registry = register_registry(
            options["name"],
            upstream_url=options["upstream_url"],
            events_secret=secret,
            service=options["service"],
        )
        self.stdout.write(f"{registry} is registered. Its events secret, shown once: {secret}")

    def _place(self, options: dict[str, Any]) -> None:
        registry = Registry.objects.filter(name=options["name"]).first()
        if registry is None:
            message = f"There is no registry {options['name']}: add it with `registries set`."
            raise CommandError(message)
        self.stdout.write(str(place(options["pattern"], on=registry)))
