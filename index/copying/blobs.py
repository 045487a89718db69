"""Bring blobs to where they are missing: mounted if the registry is the same, else streamed through us.

A few at once, in chunks: memory does not grow with what is copied. The digest is counted on the way,
and the last chunk is not sent before it is right; the registry counts it once more.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

from index.copying.graph import Blob
from index.copying.report import CopyReport
from index.registry_client import RegistryClient
from index.registry_connection import Streamed

_AT_ONCE = 3
_BEAT = 2.0  # seconds between two reports of progress
_LONGEST = 60.0  # seconds for a blob of nothing, and then a second for each
_SLOWEST = 100_000  # bytes: a source that drips is no source
_MOST_REMEMBERED = 200_000  # blobs; what was forgotten is asked for once more


class BlobCopier:
    """Copies blobs from one repository to another."""

    def __init__(
        self, source: RegistryClient, target: RegistryClient, *, mount: bool, report: CopyReport
    ) -> None:
        """Keep the two ends; with `mount` they are of one registry."""
        self._source = source
        self._target = target
        self._mount = mount
        self._report = report
        self._stop = threading.Event()
        self._there: set[str] = set()

    def copy(self, blobs: Sequence[Blob], *, on_progress: Callable[[], None]) -> None:
        """Return when all are there; raises RegistryTrouble, and what `on_progress` raises."""
        if len(self._there) > _MOST_REMEMBERED:
            self._there.clear()
        missing = [blob for blob in blobs if blob.digest not in self._there]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            try:
                self._wait({pool.submit(self._bring, blob) for blob in missing}, on_progress)
            except BaseException:
                self._stop.set()
                pool.shutdown(cancel_futures=True)
                raise

    def _wait(self, pending: set[Future[None]], on_progress: Callable[[], None]) -> None:
        while pending:
            done, pending = wait(pending, timeout=_BEAT, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
            on_progress()

    def _bring(self, blob: Blob) -> None:
        if not self._target.has_blob(blob.digest):
            # What whoever pulls fetches from elsewhere, we fetch from nowhere.
            if blob.is_foreign and not self._source.has_blob(blob.digest):
                return
            self._mount_or_stream(blob)
        self._there.add(blob.digest)

    def _mount_or_stream(self, blob: Blob) -> None:
        if not self._mount:
            self._stream(blob.digest, self._target.begin_upload)
            return
        place = self._target.begin_upload(mount=blob.digest, source=self._source.repository)
        if place:  # the registry did not want to
            self._stream(blob.digest, lambda: place)
        else:
            self._report.add_mounted(blob.size)

    def _stream(self, digest: str, begin: Callable[[], str]) -> None:
        with self._source.stream(self._source.blob_path(digest)) as streamed:
            # What ends half-way the registry forgets by itself, after a week: distribution cannot be
            # asked to (it calls an upload invalid of which it has more bytes than it said).
            self._target.upload(begin(), digest, self._body(digest, streamed))
        self._report.end_copied()

    def _body(self, digest: str, streamed: Streamed) -> Iterator[bytes] | _Sized:
        chunks = self._checked(digest, streamed)
        return chunks if streamed.length is None else _Sized(streamed.length, chunks)

    def _checked(self, digest: str, streamed: Streamed) -> Iterator[bytes]:
        algorithm, _, expected = digest.partition(":")
        counted = hashlib.new(algorithm)
        end = time.monotonic() + _LONGEST + (streamed.length or 0) / _SLOWEST
        held = b""
        for chunk in streamed.chunks:
            self._check_going_on(end)
            counted.update(chunk)
            if held:
                yield held
            self._report.add_copied(len(chunk))
            held = chunk
        if counted.hexdigest() != expected:
            message = f"what it serves as {digest} is something else"
            raise self._source.unusable(message)
        if held:
            yield held

    def _check_going_on(self, end: float) -> None:
        if self._stop.is_set():
            message = "copying was stopped"
            raise self._source.trouble(message)
        if time.monotonic() > end:
            message = "a blob came too slowly"
            raise self._source.trouble(message)


class _Sized:
    """Chunks that know how long they are together: sent with Content-Length."""

    def __init__(self, length: int, chunks: Iterator[bytes]) -> None:
        self._length = length
        self._chunks = chunks

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks
