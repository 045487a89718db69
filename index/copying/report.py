"""What a copy has done so far."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from index.manifests import ManifestDocument


@dataclass(slots=True)
class CopyReport:
    """Counts of what was not there before, and everything that is there now.

    Bytes are of blobs: streamed through us, or mounted, which moves nothing.
    """

    manifests: int = 0
    referrers: int = 0  # found, whether they had to be copied or were there
    blobs_copied: int = 0
    blobs_mounted: int = 0
    bytes_copied: int = 0
    bytes_mounted: int = 0
    held: dict[str, str] = field(default_factory=dict)  # media type by digest, children first
    # The same whole, where nobody else keeps it: of a repository that would be too much at once.
    documents: dict[str, ManifestDocument] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)  # put, or right already: tag and digest
    left_alone: list[str] = field(
        default_factory=list
    )  # tags of referrers that the target has its own of
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add_copied(self, count: int) -> None:
        """Count bytes that went through us; several threads do."""
        with self._lock:
            self.bytes_copied += count

    def end_copied(self) -> None:
        """Count a blob that is there now."""
        with self._lock:
            self.blobs_copied += 1

    def add_mounted(self, size: int) -> None:
        """Count a blob that the registry took from its own."""
        with self._lock:
            self.blobs_mounted += 1
            self.bytes_mounted += size
