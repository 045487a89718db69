"""Which key signs now, and which keys verify: the folder, read again when it changes.

`key_changes.py` makes, rotates and retires keys; every process sees that at its next token.
"""

from __future__ import annotations

import datetime
import os
import time
from pathlib import Path

from django.conf import settings

from tokenauth.signing import key_changes
from tokenauth.signing.key_folder import (
    Contents,
    SigningKeyBroken,
    SigningKeyMissing,
    is_over,
    read_folder,
)
from tokenauth.signing.signing_key import SigningKey

__all__ = ["SigningKey", "SigningKeyBroken", "SigningKeyMissing", "SigningKeys", "signing_keys"]


class SigningKeys:
    """The keys of a folder."""

    def __init__(self, directory: Path) -> None:
        """Read nothing yet."""
        self._directory = directory
        self._held: tuple[tuple[str, int, int], Contents] | None = None

    @property
    def directory(self) -> Path:
        """The folder."""
        return self._directory

    @property
    def root_certificate(self) -> Path:
        """The file that registries are given."""
        return self._directory / "root.crt"

    def contents(self) -> Contents:
        """Return what the folder says, the same object until it says something else.

        One `stat` when nothing has changed. Raises SigningKeyMissing.
        """
        path = f"{self._directory}/current"
        try:
            status = os.stat(path)  # noqa: PTH116 - at every token; half the time of Path.stat
        except FileNotFoundError:
            return read_folder(self._directory)  # raises, with the sentence
        seen = (path, status.st_mtime_ns, status.st_ino)
        held = self._held
        if held is None or held[0] != seen:
            held = self._held = (seen, read_folder(self._directory))
        return held[1]

    def current(self) -> SigningKey:
        """Return the key that signs now; raise SigningKeyMissing."""
        key = self.contents().current
        if key.end <= time.time():
            message = f"the signing key {key.kid} has ended: run `manage.py keys rotate`"
            raise SigningKeyMissing(message)
        return key

    def by_kid(self, kid: str) -> SigningKey | None:
        """Return the key of that id, if it is one of ours and its certificate has not ended.

        Not one that was retired. Both kinds of id count: the thumbprint and libtrust's.
        """
        key = self.contents().by_kid.get(kid)
        return key if key and key.end > time.time() else None

    def all(self) -> list[SigningKey]:
        """Return every key that verifies, those to come included; what ends last comes first."""
        keys = [key for key in self.contents().leaves if not is_over(key)]
        return sorted(keys, key=lambda key: key.ends_at, reverse=True)

    def check(self) -> None:
        """Raise SigningKeyMissing where a process must not start: no key, or a broken file."""
        broken = self.contents().broken
        if broken:
            message = f"{broken[0]}; put it right, or `manage.py keys retire` that key"
            raise SigningKeyBroken(message)
        self.current()

    def create(self, name: str, *, root: Path | None = None) -> None:
        """Make root and first leaf where there is no root yet; else do nothing.

        The root's private key goes to the file `root`, or is read from it.
        """
        key_changes.create(self._directory, name, root_file=root)

    def prepare(
        self, name: str, *, after: SigningKey, root: Path | None = None, at_once: bool = False
    ) -> SigningKey:
        """Make the key whose turn comes after `after`'s, and publish it.

        Only if that is the last in line still. `at_once` says that it need not wait until the other
        is due. Raises KeyTrouble.
        """
        turn = _now() if at_once else max(_now(), after.due_at)
        return key_changes.prepare(self._directory, name, root_file=root, after=after, turn=turn)

    def promote(self, key: SigningKey, *, instead_of: SigningKey) -> None:
        """Let a key of the line sign, if `instead_of` still does. Raises KeyTrouble."""
        key_changes.promote(self._directory, key, instead_of=instead_of)

    def rotate(self, name: str, *, root: Path | None = None) -> SigningKey:
        """Sign with the next key, or a new one, without asking any registry.

        The old ones stay valid for verifying. Heals a folder whose `current` is gone.
        """
        return key_changes.rotate(self._directory, name, root_file=root)

    def retire(self, kid: str) -> datetime.datetime | None:
        """Let a key verify no more, and forget its private half; never the one that signs.

        Return when it stopped signing, None for one that never signed or whose file is broken.
        Raises KeyTrouble.
        """
        return key_changes.retire(self._directory, kid)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


signing_keys = SigningKeys(settings.KEYS_DIR)
