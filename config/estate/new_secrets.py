"""Secrets that an import makes, because files have none: written down at once, for they are shown this once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType

from config.estate.records import Record


class NewSecrets:
    """A file of lines that its owner alone reads; without one, secrets are made that nobody knows."""

    def __init__(self, path: Path | None) -> None:
        """Open the file; a second run goes on where the first one was."""
        self.count = 0
        self._fresh: list[dict[str, str]] = []
        self._file = None
        if path is not None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
            self._file = os.fdopen(os.open(path, flags, 0o600), "a")
            path.chmod(0o600)

    @property
    def are_told(self) -> bool:
        """Whether somebody will read them."""
        return self._file is not None

    def tell(self, record: Record, secret: str) -> None:
        """Take one that is about to be valid."""
        self._fresh.append({"kind": record.KIND, "about": record.about, "secret": secret})

    def keep(self) -> None:
        """Write them to the disk before the transaction is committed: none is ever lost."""
        self.count += len(self._fresh)
        if self._file and self._fresh:
            self._file.writelines(json.dumps(one) + "\n" for one in self._fresh)
            self._file.flush()
            os.fsync(self._file.fileno())
        self._fresh.clear()

    def forget(self) -> None:
        """Drop those of a transaction that came to nothing."""
        self._fresh.clear()

    def __enter__(self) -> NewSecrets:
        """Return it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        if self._file:
            self._file.close()
