"""`manage.py doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.standing import Line, Standing, State, look
from config.standing.readiness import database

_MARKS = {State.GOOD: "  ", State.LOOK: "? ", State.BAD: "! ", State.UNKNOWN: "? "}


class Command(BaseCommand):
    """Looks at all that the page of administrators shows, and asks mail server and registries besides."""

    help = (
        "Check configuration, keys, registries, clock, mail, queue, disk and permissions of this"
        " installation, and say how to mend what is wrong. Ends with 1 if anything is broken."
    )
    requires_system_checks = ()  # they are among what is looked at

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how to say it."""
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument(
            "--quick", action="store_true", help="ask neither mail server nor registries"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look, say it, and end with whether it is well."""
        logging.disable(logging.CRITICAL)  # what fails is a line of ours
        try:
            has_database = database().state is State.GOOD
            found = look(thoroughly=not options["quick"], has_database=has_database)
        finally:
            logging.disable(logging.NOTSET)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(found, has_database=has_database), indent=2))
        else:
            self.stdout.write("\n".join(_in_words(found, has_database=has_database)))
        if found.count(State.BAD):
            raise SystemExit(1)


def _in_words(found: Standing, *, has_database: bool) -> Iterator[str]:
    for area, lines in found.areas.items():
        if lines:
            yield f"\n{area}"
            for line in lines:
                yield from _line(line)
    if not has_database:
        yield "\nWithout its database nothing more could be looked at."
    broken, doubtful = found.count(State.BAD), found.count(State.LOOK, State.UNKNOWN)
    yield f"\n{broken} broken (!), {doubtful} to look at (?), in {found.seconds:.1f} s."


def _line(line: Line) -> Iterator[str]:
    yield f"{_MARKS[line.state]}{line.title}: {line.sentence}"
    if line.detail:
        yield f"      {' '.join(line.detail.split())}"
    if line.advice:
        yield f"    → {line.advice}"


def _as_json(found: Standing, *, has_database: bool) -> dict[str, Any]:
    return {
        "ok": not found.count(State.BAD),
        "at": found.at.isoformat(),
        "complete": has_database,
        "areas": {
            area: [
                {
                    "name": line.title,
                    "state": line.state.value,
                    "words": line.sentence,
                    "advice": line.advice,
                    "detail": line.detail,
                }
                for line in lines
            ]
            for area, lines in found.areas.items()
        },
    }
