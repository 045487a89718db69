"""Django asks and writes the primary, whatever an object was read from: replicas are named in each case."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS


class PrimaryUnlessTold:
    """`using(alias)` alone leads elsewhere."""

    def db_for_read(self, *_args: Any, **_hints: Any) -> str:
        """Return the primary."""
        return DEFAULT_DB_ALIAS

    def db_for_write(self, *_args: Any, **_hints: Any) -> str:
        """Return the primary."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *_args: Any, **_hints: Any) -> bool:
        """Say that all aliases are one database."""
        return True

    def allow_migrate(self, db: str, *_args: Any, **_hints: Any) -> bool:
        """Let tables be made by the primary alone."""
        return db == DEFAULT_DB_ALIAS
