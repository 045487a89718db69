"""`manage.py explain WHO ACTION NAME[:TAG]`."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from index.errors import NameInvalid
from index.explanation.explain import Explanation, explain_anything
from index.explanation.question import parse_question
from index.reasons import Effect
from index.roles import Action

_DENIED, _BAD_INPUT = 1, 2  # 0 is allowed
_MARKS = {Effect.GIVES: "+", Effect.TAKES: "-", Effect.NOTHING: " "}


class Command(BaseCommand):
    """Say whether somebody may do something, and why."""

    help = (
        "Say whether WHO may do ACTION with the repository NAME, every step of the decision, and what "
        "would change it. Ends with 0 if it is allowed, 1 if not, 2 if the question makes no sense."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the question."""
        parser.add_argument(
            "who",
            help="user name, robot (acme+ci), anonymous, wbp_… of an access token, or the source of "
            "a CI job (acme/web)",
        )
        parser.add_argument("action", help="pull, push or delete, or several with commas")
        parser.add_argument("name", help="acme/app, or with a tag acme/app:v1")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Answer."""
        actions = options["action"].split(",")
        if not set(actions) <= set(Action):
            message = f"There is no action {options['action']}: choose from pull, push and delete."
            raise CommandError(message, returncode=_BAD_INPUT)
        try:
            question = parse_question(options["name"], options["action"])
        except NameInvalid as error:
            raise CommandError(str(error), returncode=_BAD_INPUT) from error
        found = explain_anything(options["who"], question)
        if found.who.is_nobody:
            message = f"There is no {options['who']}: no account, robot, credential or job."
            raise CommandError(message, returncode=_BAD_INPUT)
        self._tell(found)
        if not found.is_allowed:
            sys.exit(_DENIED)

    def _tell(self, found: Explanation) -> None:
        for part in found.parts:
            self.stdout.write(part.title)
            for step in part.steps:
                remedy = f" (to change it: {step.remedy})" if step.remedy else ""
                self.stdout.write(f"  {_MARKS[step.effect]} {step.words}{remedy}")
        if found.ways:
            self.stdout.write("Ways that lead there")
        for way in found.ways:
            self.stdout.write(f"    {way}")
        where = found.repository.name if found.repository else found.question.name.value
        where += f":{found.question.tag}" if found.question.tag else ""
        for verdict in found.verdicts:
            may = "may" if verdict.allowed else "may not"
            sentence = f"{found.name} {may} {verdict.action.value} {where}: {verdict.words}"
            self.stdout.write(sentence)
            if verdict.remedy:
                self.stdout.write(f"    to change it: {verdict.remedy}")
