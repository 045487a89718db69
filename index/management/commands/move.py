"""`manage.py move NAME REGISTRY [--wait]`, `manage.py move --all-from REGISTRY REGISTRY`."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from index.errors import IndexRefusal
from index.flows.move_repository import claim, continue_move
from index.flows.request_move import request_all_moves, request_move
from index.lookup import find_repository
from index.models import Move, Registry, Repository
from index.models.move import COPYING_MOVES
from index.move_tasks import work_on_move
from index.names import parse_familiar_name
from index.outbox import start_soon

_MOST_ATTEMPTS = 5  # some minutes
_PAUSE = 1.0  # seconds between two looks, where a worker copies


class Command(BaseCommand):
    """Move repositories to another registry."""

    help = (
        "Have another registry keep a repository, or all that a registry keeps. Names stay, pulls and "
        "pushes go on; the old copy is kept for some days."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what goes where."""
        parser.add_argument("name", nargs="?", help="a repository, like acme/app")
        parser.add_argument("registry", help="the name of the new one")
        parser.add_argument("--all-from", metavar="REGISTRY", help="instead of one repository")
        parser.add_argument("--keep-days", type=int, default=7, help="the old copy; 7 without it")
        parser.add_argument("--wait", action="store_true", help="end when everybody is sent there")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ask for it, and perhaps wait."""
        try:
            moves = self._ask(options)
        except IndexRefusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["wait"]:
            problems = [problem for move in moves if (problem := self._wait(move))]
            if problems:
                raise CommandError("\n".join(problems))
            return
        for move in moves:
            start_soon(work_on_move, move.pk)
            self.stdout.write(f"{move.repository} goes from {move.source} to {move.target}")

    def _ask(self, options: dict[str, Any]) -> list[Move]:
        to, keep_days = _registry(options["registry"]), options["keep_days"]
        if bool(options["name"]) == bool(options["all_from"]):
            message = "Name one repository, or --all-from a registry."
            raise CommandError(message)
        if options["name"]:
            found = find_repository(
                Repository.objects.live().select_related("registry"),
                parse_familiar_name(options["name"]),
            )
            if found is None:
                message = f"There is no repository {options['name']}."
                raise CommandError(message)
            return [request_move(found, to=to, by=None, keep_days=keep_days)]
        source = _registry(options["all_from"])
        asked = request_all_moves(source, to=to, by=None, keep_days=keep_days, most=None)
        for sentence in asked.refused:
            self.stderr.write(sentence)
        return asked.moves

    def _wait(self, move: Move) -> str:
        """Move it here, unless a worker is at it already; leave it to workers where it fails often.

        Return why it is not moved, "" if it is.
        """
        most = move.attempts + _MOST_ATTEMPTS
        while move.state in COPYING_MOVES:
            if move.attempts >= most and move.last_problem:  # no worker is at it just now
                return f"{move.repository} is not moved yet: {move.last_problem}. Workers go on."
            claimed = claim(move.pk)
            if claimed:
                continue_move(claimed)
            move = Move.objects.select_related("repository", "source", "target").get(pk=move.pk)
            if move.state in COPYING_MOVES:
                self.stderr.write(move.last_problem or f"{move.bytes_copied} bytes so far")
                time.sleep(_PAUSE)
        if move.flipped_at is None:
            return f"{move.repository} was not moved: {move.last_problem or 'cancelled'}"
        self.stdout.write(
            f"{move.repository} is at {move.target}: {move.tags_copied} tags, "
            f"{move.bytes_copied} bytes; the old copy stays at {move.source} "
            f"until {move.keep_until:%Y-%m-%d %H:%M} UTC"
        )
        return ""


def _registry(name: str) -> Registry:
    registry = Registry.objects.filter(name=name).first()
    if registry is None:
        message = f"There is no registry {name}."
        raise CommandError(message)
    return registry
