"""`manage.py placement list|rule PATTERN --to NAME|remove PATTERN|pool NAME MEMBER…|where NAME`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Visibility
from index.errors import IndexRefusal
from index.flows.place_repositories import add_rule, delete_pool, remove_rule, save_pool
from index.models import PlacementRule, Registry, RegistryPool, SizeClass
from index.names import parse_familiar_name
from index.placement import Newcomer, explain_placement


class Command(BaseCommand):
    """Say where new repositories go."""

    help = "List and change placement rules and pools, or say where a name would go, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a verb and what belongs to it."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="pools and rules")
        rule = verbs.add_parser("rule", help="new names that match go to a registry or pool")
        rule.add_argument("--to", required=True, help="the name of a registry, or of a pool")
        remove = verbs.add_parser("remove", help="take a rule away")
        for verb in (rule, remove):
            verb.add_argument("pattern", help="namespace/name, namespace/*, namespace/prefix* or *")
            verb.add_argument("--visibility", choices=Visibility.values, default="")
            verb.add_argument("--size-class", choices=SizeClass.values, default="")
        pool = verbs.add_parser("pool", help="make a pool or change its members; none deletes it")
        pool.add_argument("name")
        pool.add_argument("members", nargs="*", metavar="REGISTRY")
        where = verbs.add_parser("where", help="where would a new repository go, and why")
        where.add_argument("name")
        where.add_argument("--visibility", choices=Visibility.values, default=Visibility.PRIVATE)
        where.add_argument("--size-class", choices=SizeClass.values, default=SizeClass.ORDINARY)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, or say in a sentence why not."""
        try:
            getattr(self, f"_{options['verb']}")(options)
        except IndexRefusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def _list(self, _options: dict[str, Any]) -> None:
        for pool in RegistryPool.objects.prefetch_related("members"):
            names = ", ".join(sorted(member.name for member in pool.members.all()))
            self.stdout.write(f"pool {pool}: {names}")
        for rule in PlacementRule.objects.select_related("registry", "pool"):
            self.stdout.write(str(rule))

    def _rule(self, options: dict[str, Any]) -> None:
        to = _registries([options["to"]]) if _pool(options["to"]) is None else []
        rule = add_rule(
            options["pattern"],
            to=_pool(options["to"]) or to[0],
            visibility=options["visibility"],
            size_class=options["size_class"],
            by=None,
        )
        self.stdout.write(str(rule))

    def _remove(self, options: dict[str, Any]) -> None:
        wanted = {name: options[name] for name in ("pattern", "visibility", "size_class")}
        rule = PlacementRule.objects.filter(**wanted).first()
        if rule is None:
            message = "There is no such rule: see `placement list`."
            raise CommandError(message)
        remove_rule(rule, by=None)
        self.stdout.write(f"{options['pattern']}: the rule is removed.")

    def _pool(self, options: dict[str, Any]) -> None:
        pool = _pool(options["name"])
        if not options["members"]:
            if pool is None:
                message = f"There is no pool {options['name']}."
                raise CommandError(message)
            delete_pool(pool, by=None)
            self.stdout.write(f"The pool {options['name']} is deleted.")
            return
        save_pool(options["name"], members=_registries(options["members"]), by=None, pool=pool)
        self.stdout.write(f"pool {options['name']}: {', '.join(sorted(options['members']))}")

    def _where(self, options: dict[str, Any]) -> None:
        name = parse_familiar_name(options["name"])
        found = explain_placement(Newcomer(name, options["visibility"], options["size_class"]))
        if found.registry is None:
            raise CommandError(found.reason)
        self.stdout.write(f"{name} would go to {found.registry}: {found.reason}.")


def _pool(name: str) -> RegistryPool | None:
    return RegistryPool.objects.filter(name=name).first()


def _registries(names: list[str]) -> list[Registry]:
    found = list(Registry.objects.filter(name__in=names))
    missing = sorted(set(names) - {registry.name for registry in found})
    if missing:
        message = f"There is no registry or pool {', '.join(missing)}."
        raise CommandError(message)
    return found
