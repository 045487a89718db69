"""An export of another product becomes a file of records, which is then imported like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from config.estate.file import Header, write
from config.estate.records import LeftBehind, Record
from config.estate.sources import (
    docker_auth,
    harbor,
    harbor_answers,
    htpasswd,
    hub,
    portus,
    quay,
    quay_answers,
    schemas,
)
from config.estate.sources.answers import Answers
from config.estate.sources.moving import Moving
from config.estate.sources.names import Names
from config.estate.sources.tables import Schema

_DATABASES: dict[str, tuple[Schema, Callable[[Moving], None]]] = {
    "harbor": (schemas.HARBOR, harbor.read),
    "portus": (schemas.PORTUS, portus.read),
    "quay": (schemas.QUAY, quay.read),
}
# What fills the same tables from a folder of answers of the product's API.
_ANSWERS: dict[str, Callable[[Answers, Moving], None]] = {
    "harbor": harbor_answers.fill,
    "quay": quay_answers.fill,
}
_FILES: dict[str, Callable[[Path, Moving], None]] = {
    "docker-auth": docker_auth.read,
    "htpasswd": htpasswd.read,
    "hub": hub.read,
}
PRODUCTS = (*_DATABASES, *_FILES)


@dataclass(frozen=True, slots=True)
class Choices:
    """What only the operator knows."""

    names: Mapping[str, str] = field(default_factory=dict)
    registry: str = ""
    owner: str = ""
    email_domain: str = ""


@dataclass(slots=True)
class Converted:
    """What came of it."""

    records: int = 0
    left_behind: int = 0
    advice: dict[str, str] = field(default_factory=dict)


def convert(product: str, path: Path, into: Path, choices: Choices) -> Converted:
    """Write the records of an export; raise Unusable, and then write nothing."""
    outcome = Converted()
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    moving = Moving(
        Names(choices.names), choices.registry, choices.owner, choices.email_domain, written
    )
    with closing(moving.tables):
        _read(product, path, moving)
        moving.owned()
        moving.passwords()
        header = Header(source=product, written_at=written, credentials=True)
        write(into, header, _counted(moving.records(), outcome))
    outcome.advice = dict(moving.names.advice)
    return outcome


def _read(product: str, path: Path, moving: Moving) -> None:
    if product in _FILES:
        _FILES[product](path, moving)
        return
    schema, read = _DATABASES[product]
    if path.is_dir() and product in _ANSWERS:
        moving.tables.prepare(schema)
        _ANSWERS[product](Answers(path, product), moving)
        moving.tables.look_up(schema)
    else:
        moving.tables.load(path, schema)
    for table in sorted(moving.tables.unread):
        moving.leave("table", table, schema.unread.get(table, "it is not known here"))
    read(moving)


def _counted(records: Iterator[Record], outcome: Converted) -> Iterator[Record]:
    for record in records:
        if isinstance(record, LeftBehind):
            outcome.left_behind += 1
        else:
            outcome.records += 1
        yield record
