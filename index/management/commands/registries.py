"""`manage.py registries list|set NAME URL|key-format FORMAT|stage NAME|place PATTERN NAME`."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from index.flows.registries import change_stage, place, register_registry
from index.key_formats import change_key_format
from index.models import KeyFormat, PlacementRule, Registry, Stage, Writers

_FORMAT_HELP = "; ".join(f"{value}: {label}" for value, label in KeyFormat.choices)
_WRITERS_HELP = "; ".join(f"{value}: {label}" for value, label in Writers.choices)


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
        add.add_argument("--key-format", choices=KeyFormat.values, help=_FORMAT_HELP)
        key_format = verbs.add_parser("key-format", help="say how tokens name their key")
        key_format.add_argument("key_format", choices=KeyFormat.values, help=_FORMAT_HELP)
        key_format.add_argument("--service", default="", help="of registries with one of their own")
        stage = verbs.add_parser("stage", help="say what stage it is of, and who may write there")
        stage.add_argument("name")
        stage.add_argument("--stage", choices=["none", *filter(None, Stage.values)])
        stage.add_argument("--writers", choices=Writers.values, help=_WRITERS_HELP)
        rule = verbs.add_parser("place", help="new names that match PATTERN go to a registry")
        rule.add_argument("pattern", help="namespace/name, namespace/*, library/* or *")
        rule.add_argument("name")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, or say in a sentence why not."""
        try:
            getattr(self, f"_{options['verb'].replace('-', '_')}")(options)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error

    def _list(self, _options: dict[str, Any]) -> None:
        for registry in Registry.objects.order_by("name"):
            self.stdout.write(
                f"{registry.name}  {registry.upstream_url}  {registry.service}  "
                f"keys by {registry.key_format}, "
                f"stage {registry.stage or 'none'}, writers {registry.writers}"
            )
        for rule in PlacementRule.objects.select_related("registry"):
            self.stdout.write(f"{rule.pattern}  ->  {rule.registry}")

    def _set(self, options: dict[str, Any]) -> None:
        secret = secrets.token_urlsafe(32)
        registry = register_registry(
            options["name"],
            upstream_url=options["upstream_url"],
            events_secret=secret,
            service=options["service"],
            key_format=KeyFormat(options["key_format"]) if options["key_format"] else None,
        )
        self.stdout.write(f"{registry} is registered. Its events secret, shown once: {secret}")

    def _key_format(self, options: dict[str, Any]) -> None:
        service = options["service"] or settings.SERVICE
        registries = change_key_format(service, KeyFormat(options["key_format"]))
        names = ", ".join(registry.name for registry in registries)
        self.stdout.write(f"{names}: {KeyFormat(options['key_format']).label}.")

    def _place(self, options: dict[str, Any]) -> None:
        self.stdout.write(str(place(options["pattern"], on=_find(options["name"]))))

    def _stage(self, options: dict[str, Any]) -> None:
        registry = _find(options["name"])
        stage = options["stage"] or registry.stage
        change_stage(
            registry,
            stage=Stage("" if stage == "none" else stage),
            writers=Writers(options["writers"] or registry.writers),
        )
        self.stdout.write(
            f"{registry}: {Stage(registry.stage).label}. It takes writes from: "
            f"{Writers(registry.writers).label}."
        )


def _find(name: str) -> Registry:
    registry = Registry.objects.filter(name=name).first()
    if registry is None:
        message = f"There is no registry {name}: add it with `registries set`."
        raise CommandError(message)
    return registry
