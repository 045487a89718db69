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
        """Write one down, before what it opens is committed: none is ever lost."""
        self.count += 1
        if self._file:
            line = {"kind": record.KIND, "about": record.about, "secret": secret}
            self._file.write(json.dumps(line) + "\n")

    def keep(self) -> None:
        """Let them be on the disk: the transaction is about to be committed."""
        if self._file:
            self._file.flush()
            os.fsync(self._file.fileno())

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
