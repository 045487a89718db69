"""What all kinds of records have in common. A record names what it refers to; numbers are of one database alone."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of the file: a fact about one thing, which KEY says apart from all others of its KIND."""

    KIND: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]]

    @property
    def key(self) -> tuple[str, ...]:
        """What it is about: two records of the same kind and key are about the same thing."""
        return tuple(str(getattr(self, name) or "") for name in self.KEY)

    @property
    def about(self) -> str:
        """The key in one word, for people."""
        return " ".join(part for part in self.key if part)

    @classmethod
    def credential_fields(cls) -> tuple[str, ...]:
        """Return what is written with `--with-credentials` alone."""
        return tuple(one.name for one in fields(cls) if one.metadata.get("credential"))


def credential(default: Any = "") -> Any:
    """Return a field that holds the kept form of a secret: a hash or a digest."""
    return field(default=default, metadata={"credential": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind(Record):
    """What whoever wrote the file saw and could not write, and why; it goes into the report as it is."""

    KIND: ClassVar[str] = "left-behind"
    KEY: ClassVar[tuple[str, ...]] = ("what", "name")

    what: str  # `label`, `replication rule`
    name: str  # which, or how many
    reason: str
