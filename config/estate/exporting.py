"""From the database into a file: one moment of it, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Invitation
from config.estate.file import Header, write
from config.estate.kinds import TABLES
from config.estate.records import LeftBehind, Record
from config.version import NUMBER
from index.models import Repository, RepositoryState, Transfer

WITH_CREDENTIALS_ALONE = frozenset({"access-token"})


def export(path: Path, *, credentials: bool) -> int:
    """Write everything as it is at one moment; return how many records. Whoever works goes on."""
    kinds = [kind for kind in TABLES if credentials or kind not in WITH_CREDENTIALS_ALONE]
    header = Header(
        source="waybill", source_version=NUMBER, written_at=timezone.now(),
        credentials=credentials, kinds=tuple(kinds),
    )  # fmt: skip
    with _one_moment():
        return write(path, header, _records(kinds, credentials=credentials))


def _records(kinds: list[str], *, credentials: bool) -> Iterator[Record]:
    for kind in kinds:
        table = TABLES[kind]
        for _, record in table.records(table.rows(), credentials=credentials):
            yield record
    yield from _left_behind()


def _left_behind() -> Iterator[LeftBehind]:
    """Say what is there and in no file, where somebody might look for it."""
    trashed = Repository.objects.filter(state=RepositoryState.TRASHED)
    people = Authenticator.objects.values("user").distinct()
    for what, rows, reason in (
        ("repositories in the trash", trashed, "take out what is needed, then export again"),
        ("people with a second factor", people, "it is a secret: they set it up anew"),
        ("invitations", Invitation.objects.open(), "their links lead to the old address: invite anew"),
        ("offers of repositories", Transfer.objects.all(), "offer them anew"),
    ):  # fmt: skip
        if count := _count(rows):
            yield LeftBehind(what=what, name=str(count), reason=reason)


def _count(rows: QuerySet[object, object]) -> int:  # type: ignore[type-var]  # of models and of values
    return rows.count()


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read from one snapshot; nobody who writes waits for it. Whoever has begun a transaction has one."""
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
