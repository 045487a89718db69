"""`manage.py import FILE`: take in a file of records, as often as it takes (docs/operations/moving.md)."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.principals import Principal
from config.estate.file import Damaged, count
from config.estate.importing import Importer
from config.estate.new_secrets import NewSecrets
from config.estate.report import Outcome, Report
from config.estate.sources.command import add_arguments, as_records
from config.estate.sources.errors import Unusable

_SECONDS_BETWEEN = 5


class Command(BaseCommand):
    """While everything runs; `--dry-run` first."""

    help = "Take in a file of records, written by `export` here or elsewhere. Do a --dry-run first."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take files, and how far to go."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be, write nothing"
        )
        parser.add_argument(
            "--overwrite", action="store_true",
            help="let the file win where something is there and says otherwise",
        )  # fmt: skip
        parser.add_argument("--by", metavar="USERNAME", help="the administrator who does this")
        parser.add_argument(
            "--report", type=Path, metavar="FILE", help="a line of JSON for each record"
        )
        parser.add_argument(
            "--secrets", type=Path, metavar="FILE",
            help="where new secrets of robots, registries and webhooks are written down",
        )  # fmt: skip
        add_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check that the file is whole, then take it in."""
        dry = options["dry_run"]
        try:
            with ExitStack() as stack:
                file = stack.enter_context(as_records(options["file"], options))
                total = count(file)
                report = Report(_report_file(stack, options["report"]))
                secrets = stack.enter_context(NewSecrets(None if dry else options["secrets"]))
                importer = Importer(
                    file, by=_administrator(options["by"]), report=report,
                    secrets=secrets, overwrite=options["overwrite"],
                )  # fmt: skip
                run = importer.dry_run if dry else importer.run
                run(Progress(self, total))
                report.end(dry_run=dry, source=importer.header.source)
        except (Damaged, Unusable, OSError) as trouble:
            raise CommandError(str(trouble)) from trouble
        self._tell(report, secrets, dry=dry)

    def _tell(self, report: Report, secrets: NewSecrets, *, dry: bool) -> None:
        for line in report.lines():
            self.stdout.write(line)
        if secrets.count and not (dry or secrets.are_told):
            self.stdout.write(
                f"{secrets.count} secrets were made that nobody knows: renew those of registries."
            )
        ended = "Nothing was written: this was a dry run." if dry else "Done."
        pace = f"{report.records} records, {report.pace} a second."
        self.stdout.write(f"{ended} {pace} {report.count(Outcome.REFUSED)} were refused.")


class Progress:
    """A line to the error output every few seconds."""

    def __init__(self, command: BaseCommand, total: int) -> None:
        """Begin."""
        self._command, self._total, self._last = command, total, time.monotonic()

    def __call__(self, report: Report) -> None:
        """Say how far it is, if it is time."""
        if time.monotonic() - self._last >= _SECONDS_BETWEEN:
            self._last = time.monotonic()
            done = f"{report.records} of {self._total} records, {report.pace} a second"
            self._command.stderr.write(done)


def _report_file(stack: ExitStack, path: Path | None) -> IO[str] | None:
    if path is None:
        return None
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    return stack.enter_context(os.fdopen(os.open(path, flags, 0o600), "w"))


def _administrator(username: str | None) -> Principal | None:
    if username is None:
        return None
    user = User.objects.filter(username=username, is_superuser=True, is_active=True).first()
    if user is None:
        message = f"{username} is no administrator of this site."
        raise CommandError(message)
    return Principal(user)
