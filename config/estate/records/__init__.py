"""The kinds of records, in the order of the file: a record refers to nothing that comes after its kind."""

from __future__ import annotations

from config.estate.records.people import PEOPLE
from config.estate.records.record import LeftBehind, Record
from config.estate.records.repositories import REPOSITORIES

KINDS: tuple[type[Record], ...] = (*PEOPLE, *REPOSITORIES, LeftBehind)
BY_NAME: dict[str, type[Record]] = {one.KIND: one for one in KINDS}

__all__ = ["BY_NAME", "KINDS", "LeftBehind", "Record"]
