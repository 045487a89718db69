"""`manage.py reconcile NAME [--import]`: walk through a registry now, and import what is not known here."""

from __future__ import annotations

import resource
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from accounts.principals import Principal
from index.differences import DifferenceFilter, counts_of
from index.errors import IndexRefusal
from index.flows.accept_differences import accept_waiting
from index.flows.create_missing_organizations import create_missing_organizations
from index.flows.decide_differences import accept, missing_namespaces
from index.flows.reconcile import continue_reconciliation, start_reconciliation
from index.models import DifferenceKind, DifferenceState, Reconciliation, Registry

_SLICE = 10.0  # seconds between two lines of progress
_MOST_ATTEMPTS = 5
_MOST_SHOWN = 20
# Records that moved in from another product know their repositories, and not yet a tag of them.
_IMPORTED = (DifferenceKind.UNKNOWN_REPOSITORY, DifferenceKind.UNKNOWN_TAG)


class Command(BaseCommand):
    """Compare a registry with the index."""

    help = (
        "Walk through a registry and say where it differs; with --import take over what it keeps."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the registry, and what to do with what is not known here."""
        parser.add_argument("name", help="of the registry")
        parser.add_argument(
            "--import",
            action="store_true",
            dest="is_import",
            help="accept all repositories and tags that are not known here; repositories start private",
        )
        parser.add_argument(
            "--organizations-of",
            metavar="ADMINISTRATOR",
            help="create the organizations that are missing, owned by this administrator",
        )
        parser.add_argument(
            "--rest",
            type=float,
            default=1.0,
            metavar="TIMES",
            help="leave the registry alone so many times as long as it took to answer (default 1)",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, and say what it took."""
        registry = Registry.objects.filter(name=options["name"]).first()
        if registry is None:
            message = f"There is no registry {options['name']}: see `registries list`."
            raise CommandError(message)
        begun = time.monotonic()
        try:
            self._walk(registry, options["rest"])
            if options["is_import"]:
                self._import(registry, options["organizations_of"], options["rest"])
        except IndexRefusal as refusal:
            raise CommandError(str(refusal)) from refusal
        for state, number in counts_of(registry).items():
            self.stdout.write(f"{state}: {number}")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        took = time.monotonic() - begun
        self.stdout.write(f"It took {took:.0f} s and at most {memory:.0f} MiB of memory.")

    def _walk(self, registry: Registry, rest: float) -> None:
        unfinished = Reconciliation.objects.filter(registry=registry, finished_at=None)
        walk = unfinished.select_related("registry").first()
        if walk is not None and walk.next_attempt_at > timezone.now():
            message = f"{registry} is being reconciled already: a worker is at it."
            raise CommandError(message)
        walk = walk or start_reconciliation(registry, by=None)
        while walk.finished_at is None:
            continue_reconciliation(walk, seconds=_SLICE, rest=rest)
            if walk.attempts >= _MOST_ATTEMPTS:
                message = f"{walk.last_problem}. What was found is kept; the worker goes on later."
                raise CommandError(message)
            self.stdout.write(
                f"{walk.repositories_seen} repositories and {walk.tags_seen} tags looked at"
            )

    def _import(self, registry: Registry, administrator: str | None, rest: float) -> None:
        if administrator:
            made, refused = create_missing_organizations(registry, by=_find(administrator))
            self.stdout.write(f"{made} organizations created")
            for sentence in refused:
                self.stderr.write(sentence)
        elif missing := missing_namespaces(registry):
            self.stderr.write(
                f"{len(missing)} namespaces are missing, {missing[0]} among them: create them, or "
                "give --organizations-of."
            )
        wanted = DifferenceFilter(DifferenceState.OPEN).find(registry).filter(kind__in=_IMPORTED)
        waiting = accept(wanted, by=None)
        while waiting > 0:
            done = accept_waiting(seconds=_SLICE, rest=rest)
            waiting = waiting - done if done else 0  # a worker may have taken the rest
            self.stdout.write(f"{max(waiting, 0)} repositories and tags are left to import")
        failed = wanted.exclude(problem="")
        for one in failed[:_MOST_SHOWN]:
            about = f"{one.name}:{one.tag}" if one.tag else one.name
            self.stderr.write(f"{about}: {one.problem}")
        if (more := failed.count() - _MOST_SHOWN) > 0:
            self.stderr.write(f"… and {more} more: see the page Differences of {registry}")


def _find(name: str) -> Principal:
    user = User.objects.filter(username=name, is_superuser=True, is_active=True).first()
    if user is None:
        message = f"There is no administrator {name}."
        raise CommandError(message)
    return Principal(user)
