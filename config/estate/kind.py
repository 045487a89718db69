"""A kind of record and the table that it is about: one mapping, for the way out and the way in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from itertools import islice, product
from typing import Any, ClassVar, Generic, TypeVar

from django.db import models
from django.utils import timezone

from accounts.models.namespace import ROOT_NAMESPACE
from config.estate.known import Known
from config.estate.new_secrets import NewSecrets
from config.estate.records import Record
from config.estate.values import from_column, hints_of

CHUNK = 1_000
# What whoever is told of by such a field did is true without them: it is left empty.
SOFT = frozenset({"created_by", "granted_by", "hidden_by", "responsible"})
# Never a reason to call what is there another thing, nor changed: when, how often, and secrets.
QUIET = frozenset(
    {
        *("created_at", "joined_at", "since", "begins_at", "pull_count", "last_pushed_at"),
        *("image_facts", "is_automated", "challenge", "hidden_at", "directory", "logins"),
        *("password", "secrets", "digest", "events_secret_digest", "is_active"),
    }
)
R = TypeVar("R", bound=Record)
Row = dict[str, Any]


class Refused(Exception):
    """A record does not become anything; `str()` says why."""


class Kind(Generic[R]):
    """How records of one kind stand in the database; subclasses say where that is not column by column."""

    record: ClassVar[Any]
    model: ClassVar[type[models.Model]]
    # Where fields are read from, if not from a column of their name.
    paths: ClassVar[Mapping[str, Any]] = {}
    # Fields that name something: the column that has its key, and whose names they are.
    refs: ClassVar[Mapping[str, tuple[str, str]]] = {}
    # Fields by which those of a batch are found; all others of the key are compared.
    find_by: ClassVar[tuple[str, ...]] = ()
    # Fields that have no column: `complete` reads them, `create` writes them.
    apart: ClassVar[frozenset[str]] = frozenset()
    # Fields that `--overwrite` does not change, for only a flow may.
    fixed: ClassVar[frozenset[str]] = frozenset()
    is_audited: ClassVar[bool] = True

    def rows(self) -> models.QuerySet[Any]:
        """Return what is exported."""
        return self.model._default_manager.all()

    def records(
        self, rows: models.QuerySet[Any], *, credentials: bool, streamed: bool = True
    ) -> Iterator[tuple[int, R]]:
        """Yield each row's key and record, in the order of keys, which is that of the file it came from."""
        names = [one.name for one in fields(self.record) if one.name not in self.apart]
        columns = [self.paths.get(name, name) for name in names]
        hints = hints_of(self.record)
        left_out = () if credentials else self.record.credential_fields()
        listed = rows.order_by("pk").values_list("pk", *columns)
        found = listed.iterator(chunk_size=CHUNK) if streamed else iter(listed)
        while chunk := list(islice(found, CHUNK)):
            values = {key: dict(zip(names, row, strict=True)) for key, *row in chunk}
            self.complete(values)
            for key, row in values.items():
                known = {name: row[name] for name in row if name not in left_out}
                yield key, self._record(hints, known)

    def _record(self, hints: Mapping[str, Any], row: Row) -> R:
        made: Any = self.record(
            **{name: from_column(hints[name], value) for name, value in row.items()}
        )
        return made  # type: ignore[no-any-return]

    def complete(self, rows: Mapping[int, Row]) -> None:
        """Read the fields that have no column, for rows by key."""

    def existing(self, records: Sequence[R]) -> dict[tuple[str, ...], tuple[int, R]]:
        """Return what is there under the keys of these, by key."""
        among = {
            f"{self.paths.get(name, name)}__in": {getattr(one, name) for one in records}
            for name in self.find_by or self.record.KEY[:1]
        }
        return self.by_key(self.rows().filter(**among))

    def by_key(self, rows: models.QuerySet[Any]) -> dict[tuple[str, ...], tuple[int, R]]:
        """Return a few rows, with what is known of their secrets, by key."""
        found = self.records(rows, credentials=True, streamed=False)
        return {record.key: (key, record) for key, record in found}

    def is_same(self, given: R, there: R) -> bool:
        """Whether what is there is what the record means, and nobody else of that name."""
        return True

    def is_untouched(self, there: R) -> bool:
        """Whether it is as every new site has it, so that the file may say what it is."""
        return False

    def take_over(self, key: int, record: R, known: Known) -> None:
        """Make what is untouched be what the record says, whatever that leaves at its default."""
        self.model._default_manager.filter(pk=key).update(**self.columns(record, known))

    def names(self, record: R) -> Iterator[tuple[str, str]]:
        """Yield whose name each field has that names something."""
        for name, (_, whose) in self.refs.items():
            if value := getattr(record, name):
                yield whose, value

    def check(self, record: R) -> None:
        """Raise what the flows raise for what breaks a rule of the grammar."""

    def obstacles(self, records: Sequence[R], known: Known) -> dict[tuple[str, ...], str]:
        """Return why some cannot be made beside what is there, by key."""
        return {}

    def create(self, records: Sequence[R], known: Known) -> None:
        """Make them; they were checked."""
        self.insert(self.model, [self.build(one, known) for one in records])

    def give_secrets(self, records: Sequence[R], secrets: NewSecrets) -> None:
        """Make the secrets that records of this kind cannot have."""

    def build(self, record: R, known: Known) -> Any:
        """Return the row that is not there yet."""
        return self.model(**self.columns(record, known))

    def columns(self, record: R, known: Known, only: Iterable[str] | None = None) -> dict[str, Any]:
        """Return the values of columns, of some fields or all."""
        values: dict[str, Any] = {}
        wanted = {one.name for one in fields(record)} if only is None else set(only)
        for name in wanted - self.apart:
            value = getattr(record, name)
            if name in self.refs:
                column, whose = self.refs[name]
                values[column] = known.key(whose, value)
            else:
                column = self.paths.get(name, name)
                values |= _column(self.model, column, value)
        return values

    def change(self, key: int, record: R, changed: Sequence[str], known: Known) -> None:
        """Make what is there say what the record says; raise Refused for what only a flow changes."""
        if fixed := [name for name in changed if name in self.apart or name in self.fixed]:
            message = f"it is there, and an import does not change {', '.join(fixed)}"
            raise Refused(message)
        values = self.columns(record, known, changed)
        self.model._default_manager.filter(pk=key).update(**values)

    def affairs(self, record: R) -> tuple[str, str]:
        """Return whose affairs it is, for the audit: the names of a namespace and a person, or ""."""
        named = dict(self.names(record))
        whole = named.get("namespace") or named.get("organization") or named.get("team") or ""
        namespace = whole.partition("/")[0]
        if not namespace and (repository := named.get("repository")):
            namespace = repository.partition("/")[0] if "/" in repository else ROOT_NAMESPACE
        return namespace, getattr(record, "person", "")

    @staticmethod
    def insert(model: type[models.Model], rows: Sequence[Any]) -> None:
        """Insert rows with the moments that they have: `auto_now_add` would make all of them new."""
        with _given_moments(model) as moments:
            for row, name in product(rows, moments):
                if getattr(row, name) is None:
                    setattr(row, name, timezone.now())
            model._default_manager.bulk_create(rows, batch_size=CHUNK)


def _column(model: type[models.Model], column: str, value: Any) -> dict[str, Any]:
    """Return what a column is set to; nothing where its default says it."""
    found = model._meta.get_field(column)
    assert isinstance(found, models.Field)  # noqa: S101 - of a record, which names no relations
    if value is None and not found.null:
        is_text = isinstance(found, models.CharField) and found.blank
        return {column: ""} if is_text else {}
    return {column: list(value) if isinstance(value, tuple) else value}


@contextmanager
def _given_moments(model: type[models.Model]) -> Iterator[list[str]]:
    moments = [one for one in model._meta.fields if getattr(one, "auto_now_add", False)]
    for one in moments:
        one.auto_now_add = False  # type: ignore[attr-defined]  # those that have it
    try:
        yield [one.attname for one in moments]
    finally:
        for one in moments:
            one.auto_now_add = True  # type: ignore[attr-defined]
