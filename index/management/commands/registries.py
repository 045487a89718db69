"""`manage.py registries list|show|set|check|secret|drain|use|retire|collect|…`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from index.errors import IndexRefusal
from index.flows import registries as flows
from index.flows.check_registry import check_registry
from index.flows.collect_garbage import ask_for_collection, schedule_collection
from index.flows.place_repositories import place
from index.key_formats import change_key_format
from index.models import KeyFormat, PlacementRule, Registry, RegistryState, Stage, Writers
from index.models.registry import DAYS
from index.probing.findings import told

_FORMAT_HELP = "; ".join(f"{value}: {label}" for value, label in KeyFormat.choices)
_WRITERS_HELP = "; ".join(f"{value}: {label}" for value, label in Writers.choices)


class Command(BaseCommand):
    """Look after registries."""

    help = "List, add, change, check, drain and retire registries; see also `placement`."

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
        stage = _of_one(verbs, "stage", "say what stage it is of, and who may write there")
        stage.add_argument("--stage", choices=["none", *filter(None, Stage.values)])
        stage.add_argument("--writers", choices=Writers.values, help=_WRITERS_HELP)
        stage.add_argument(
            "--approval", choices=["yes", "no"], help="of promotions, by a second person"
        )
        rule = verbs.add_parser("place", help="new names that match PATTERN go to a registry")
        rule.add_argument("pattern", help="namespace/name, namespace/*, library/* or *")
        rule.add_argument("name")
        check = verbs.add_parser("check", help="look at registries; fails if one is in trouble")
        check.add_argument("names", nargs="*", metavar="NAME", help="all that are not retired")
        secret = _of_one(verbs, "secret", "renew the events secret; the old one holds beside it")
        secret.add_argument("--end-previous", action="store_true", help="end the old one instead")
        _of_one(verbs, "drain", "give it nothing new")
        _of_one(verbs, "use", "use it again")
        _of_one(verbs, "retire", "ask it nothing any more, once it keeps nothing")
        collect = _of_one(verbs, "collect", "let its garbage collection be due, now or each week")
        collect.add_argument("--day", choices=[*(day.lower() for day in DAYS), "never"])
        collect.add_argument("--hour", type=int, default=3, help="UTC; 3 without it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, or say in a sentence why not."""
        try:
            getattr(self, f"_{options['verb'].replace('-', '_')}")(options)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        except IndexRefusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def _list(self, _options: dict[str, Any]) -> None:
        for registry in Registry.objects.order_by("name"):
            self.stdout.write(
                f"{registry.name}  {registry.upstream_url}  {registry.service}  "
                f"keys by {registry.key_format}, stage {registry.stage or 'none'}, "
                f"writers {registry.writers}, {registry.state}"
            )
        for rule in PlacementRule.objects.select_related("registry", "pool"):
            self.stdout.write(str(rule))

    def _set(self, options: dict[str, Any]) -> None:
        secret = flows.make_events_secret()
        registry = flows.register_registry(
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
        flows.change_stage(
            registry,
            stage=Stage("" if stage == "none" else stage),
            writers=Writers(options["writers"] or registry.writers),
            needs_approval=registry.needs_approval
            if options["approval"] is None
            else options["approval"] == "yes",
        )
        approval = " A second person approves promotions." if registry.needs_approval else ""
        self.stdout.write(
            f"{registry}: {Stage(registry.stage).label}. It takes writes from: "
            f"{Writers(registry.writers).label}.{approval}"
        )

    def _check(self, options: dict[str, Any]) -> None:
        chosen = [_find(name) for name in options["names"]]
        used = Registry.objects.exclude(state=RegistryState.RETIRED).order_by("name")
        troubled = []
        for registry in chosen or used:
            check = check_registry(registry, thoroughly=True)
            for finding in map(told, check.findings):
                verdict, what = finding["verdict"].upper(), finding["check"]
                self.stdout.write(f"{registry}  {verdict:7}  {what}: {finding['words']}")
            if not check.is_healthy:
                troubled.append(registry.name)
        if troubled:
            message = f"In trouble: {', '.join(troubled)}."
            raise CommandError(message)

    def _secret(self, options: dict[str, Any]) -> None:
        registry = _find(options["name"])
        if options["end_previous"]:
            flows.end_previous_secret(registry, by=None)
            self.stdout.write(f"{registry}: the events secret of before holds no more.")
            return
        secret = flows.renew_events_secret(registry, by=None)
        self.stdout.write(f"{registry}: its new events secret, shown once: {secret}")
        self.stdout.write("The one of until now holds beside it, until --end-previous.")

    def _drain(self, options: dict[str, Any]) -> None:
        self._change(flows.drain_registry, options)

    def _use(self, options: dict[str, Any]) -> None:
        self._change(flows.use_registry, options)

    def _retire(self, options: dict[str, Any]) -> None:
        count = self._change(flows.retire_registry, options)
        if count:
            copies, are, them = ("copy", "is", "it") if count == 1 else ("copies", "are", "them")
            self.stdout.write(
                f"{count} old {copies} of what was moved {are} still there: nobody will delete {them}."
            )

    def _change(self, flow: Any, options: dict[str, Any]) -> Any:
        registry = _find(options["name"])
        answer = flow(registry, by=None)
        self.stdout.write(f"{registry}: {RegistryState(registry.state).label}.")
        return answer

    def _collect(self, options: dict[str, Any]) -> None:
        registry, day = _find(options["name"]), options["day"]
        if day is None:
            ask_for_collection(registry, by=None)
            self.stdout.write(f"{registry}: due now; its host begins when it asks next.")
            return
        number = None if day == "never" else [name.lower() for name in DAYS].index(day)
        schedule_collection(registry, day=number, hour=options["hour"], by=None)
        when = (
            "never by itself" if number is None else f"{DAYS[number]}s at {options['hour']}:00 UTC"
        )
        self.stdout.write(f"{registry}: its garbage collection is due {when}.")


def _of_one(verbs: Any, verb: str, what: str) -> Any:
    parser = verbs.add_parser(verb, help=what)
    parser.add_argument("name")
    return parser


def _find(name: str) -> Registry:
    registry = Registry.objects.filter(name=name).first()
    if registry is None:
        message = f"There is no registry {name}: add it with `registries set`."
        raise CommandError(message)
    return registry
