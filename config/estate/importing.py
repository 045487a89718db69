"""From a file into the database: batch by batch, each whole or not at all, and as often as one likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, transaction

from accounts import audit
from accounts.audit import AuditAction
from accounts.errors import AccountError
from accounts.principals import ANONYMOUS, Principal
from config.estate.file import Header, Line, read, read_header
from config.estate.kind import QUIET, SOFT, Kind, Refused
from config.estate.kinds import TABLES
from config.estate.known import Known
from config.estate.new_secrets import NewSecrets
from config.estate.records import LeftBehind, Record
from config.estate.report import Outcome, Report, Told
from config.estate.suggestions import suggested
from config.estate.values import default_of
from index.errors import IndexRefusal

BATCH = 500
COMMAND_LINE = "command line"
NAMED_BY_OTHERS = frozenset({"person", "organization"})
_REFUSALS = (Refused, AccountError, IndexRefusal)
Pairs = list[tuple[int, Any]]


class Importer:
    """One run over one file."""

    def __init__(
        self,
        path: Path,
        *,
        by: Principal | None,
        report: Report,
        secrets: NewSecrets,
        overwrite: bool = False,
    ) -> None:
        """Read the header; raises Damaged."""
        self.header: Header = read_header(path)
        self._path, self._by, self._overwrite = path, by, overwrite
        self._report, self._secrets = report, secrets
        # Names that mean somebody else here than in the file: nothing is given to them.
        self._strangers: set[str] = set()

    def run(self, progress: Callable[[Report], None] = lambda _: None) -> None:
        """Take in every record; a second run finds what the first one did, however that ended."""
        for kind, lines in groupby(read(self._path), key=lambda line: line.kind):
            while batch := list(islice(lines, BATCH)):
                for told in self._take_in(kind, batch):
                    self._report.add(told)
                progress(self._report)
        audit.record(
            AuditAction.ESTATE_IMPORTED,
            by=self._by or ANONYMOUS,
            target=f"{self.header.source} {self.header.source_version}".strip()[:200],
            counts={str(one): self._report.count(one) for one in Outcome},
            via="" if self._by else COMMAND_LINE,
        )

    def dry_run(self, progress: Callable[[Report], None] = lambda _: None) -> None:
        """Do all of it in one transaction that comes to nothing."""
        with transaction.atomic():
            self.run(progress)
            transaction.set_rollback(True)

    def _take_in(self, kind: str, batch: Sequence[Line]) -> Iterator[Told]:
        pairs: Pairs = []
        for line in batch:
            if isinstance(line.record, LeftBehind):
                about = f"{line.record.what} {line.record.name}"
                yield Told(line.number, kind, about, Outcome.REFUSED, line.record.reason)
            elif line.record is None:
                if kind in NAMED_BY_OTHERS:
                    self._strangers.add(line.about)
                yield Told(line.number, kind, line.about, Outcome.REFUSED, line.problem)
            else:
                pairs.append((line.number, line.record))
        if pairs:
            yield from self._together_or_one_by_one(TABLES[kind], pairs)

    def _together_or_one_by_one(self, table: Kind[Any], pairs: Pairs) -> list[Told]:
        try:
            return self._in_transaction(table, pairs)
        except (DataError, IntegrityError) as trouble:
            self._secrets.forget()
            if len(pairs) == 1:
                [(line, record)] = pairs
                reason = f"the database refuses it: {str(trouble).splitlines()[0]}"
                return [Told(line, record.KIND, record.about, Outcome.REFUSED, reason)]
        return [told for pair in pairs for told in self._together_or_one_by_one(table, [pair])]

    def _in_transaction(self, table: Kind[Any], pairs: Pairs) -> list[Told]:
        with transaction.atomic():
            batch = Batch(self, table, pairs)
            told = batch.take_in()
            self._secrets.keep()
            return told


class Batch:
    """Records of one kind, taken in by a handful of statements."""

    def __init__(self, importer: Importer, table: Kind[Any], pairs: Pairs) -> None:
        """Look up all that they name."""
        self._importer, self._table, self._pairs = importer, table, pairs
        self._known = Known()
        self._known.load(name for _, one in pairs for name in table.names(one))
        self._known.forget(importer._strangers)
        self._there = table.existing([one for _, one in pairs])
        self._new: Pairs = []
        self._remarks: dict[int, str] = {}
        self._seen: set[tuple[str, ...]] = set()

    def take_in(self) -> list[Told]:
        """Return what became of each."""
        told = [found for line, record in self._pairs if (found := self._look_at(line, record))]
        obstacles = self._table.obstacles([one for _, one in self._new], self._known)
        made: Pairs = []
        for line, record in self._new:
            if record.key in obstacles:
                self._note_stranger(record)
                told.append(_refused(line, record, obstacles[record.key]))
            else:
                made.append((line, record))
        if made:
            told += self._make(made)
        return sorted(told, key=lambda one: one.line)

    def _look_at(self, line: int, record: Record) -> Told | None:
        """Say what became of a record, None for one that is to be made."""
        try:
            self._check(line, record)
            if record.key in self._there:
                return self._compare(line, record)
            self._check_names(line, record)
            self._table.check(record)
        except _REFUSALS as refusal:
            return _refused(line, record, str(refusal))
        self._new.append((line, record))
        return None

    def _check(self, line: int, record: Record) -> None:
        if record.key in self._seen:
            _refuse("the file has it twice")
        self._seen.add(record.key)
        named = {name for _, name in self._table.names(record)} - {_own_name(record)}
        named -= self._soft(record)
        for name in sorted({_holder(one) for one in named} & self._importer._strangers):
            _refuse(f"{name} is somebody else here than in the file")

    def _check_names(self, line: int, record: Record) -> None:
        soft = self._soft(record)
        for whose, name in self._table.names(record):
            if self._known.key(whose, name) is not None:
                continue
            if name not in soft:
                _refuse(f"there is no {whose} {name}")
            self._remarks[line] = f"there is no {whose} {name}: that was left empty"

    def _soft(self, record: Record) -> set[str]:
        """Return the names that may be left empty."""
        named = {name: getattr(record, name) for name in self._table.refs}
        hard = {value for name, value in named.items() if name not in SOFT}
        return {value for name, value in named.items() if name in SOFT} - hard

    def _compare(self, line: int, record: Any) -> Told:
        key, there = self._there[record.key]
        if not self._table.is_same(record, there):
            self._note_stranger(record)
            _refuse("somebody else has that name here: nothing that the file gives them is given")
        if record == there or (record == _without_moment(there)):
            return Told(line, record.KIND, record.about, Outcome.THERE)
        if self._table.is_untouched(there):
            return self._take_over(line, key, record)
        changed = _differing(record, there)
        if not changed:
            return Told(line, record.KIND, record.about, Outcome.THERE)
        if not self._importer._overwrite:
            _refuse(f"it is there with another {', '.join(changed)}: see --overwrite")
        self._check_names(line, record)
        self._table.check(record)
        self._table.change(key, record, changed, self._known)
        self._write_down(AuditAction.RECORD_CHANGED, [record], changed=", ".join(changed))
        return Told(line, record.KIND, record.about, Outcome.CHANGED, ", ".join(changed))

    def _take_over(self, line: int, key: int, record: Any) -> Told:
        self._check_names(line, record)
        self._table.check(record)
        self._table.take_over(key, record, self._known)
        return Told(line, record.KIND, record.about, Outcome.CHANGED)

    def _make(self, made: Pairs) -> list[Told]:
        records = [one for _, one in made]
        self._table.create(records, self._known)
        self._table.give_secrets(records, self._importer._secrets)
        if self._table.is_audited:
            self._write_down(AuditAction.RECORD_IMPORTED, records)
        return [
            Told(line, one.KIND, one.about, Outcome.CREATED, self._remarks.get(line, ""))
            for line, one in made
        ]

    def _write_down(self, action: AuditAction, records: Sequence[Any], **details: str) -> None:
        """Say in the audit of whoever is concerned who took it in, and from where."""
        details["source"] = self._importer.header.source
        if self._importer._by is None:
            details["via"] = COMMAND_LINE
        affairs = [self._table.affairs(one) for one in records]
        known = Known()
        known.load(("namespace", namespace) for namespace, _ in affairs)
        known.load(("person", person) for _, person in affairs)
        rows = (
            {
                "namespace_id": known.key("namespace", namespace),
                "user_id": known.key("person", person),
                "target": record.about[:255],
                "details": {"kind": record.KIND, **details},
            }
            for record, (namespace, person) in zip(records, affairs, strict=True)
        )
        audit.events_by(self._importer._by or ANONYMOUS, action, rows)

    def _note_stranger(self, record: Record) -> None:
        if own := _own_name(record):
            self._importer._strangers.add(own)


def _own_name(record: Record) -> str:
    """Return the name by which others are given things, "" for what nobody names so."""
    return record.key[0] if record.KIND in NAMED_BY_OTHERS else ""


def _holder(name: str) -> str:
    return name.partition("/")[0].partition("+")[0]


def _differing(given: Record, there: Record) -> list[str]:
    """Return the fields in which they differ; one that the file leaves out says nothing."""
    return [
        one.name
        for one in fields(given)
        if one.name not in QUIET
        and (value := getattr(given, one.name)) != default_of(one)
        and value != getattr(there, one.name)
    ]


def _without_moment(record: Any) -> Any:
    """Return what a record says that leaves out since when it is there."""
    return replace(record, created_at=None) if hasattr(record, "created_at") else record


def _refused(line: int, record: Record, reason: str) -> Told:
    near = suggested(record.KIND, record.key[-1])
    instead = f" {near} would do." if near and near not in reason else ""
    return Told(line, record.KIND, record.about, Outcome.REFUSED, f"{reason}{instead}")


def _refuse(why: str) -> None:
    raise Refused(why)
