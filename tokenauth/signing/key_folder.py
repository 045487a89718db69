"""The folder of signing keys as it lies on disk, read whole.

`root.pem` (key and certificate; may be kept elsewhere), `root.crt` (what registries pin), a
`leaf-<kid>.pem` for each key, a `retired-<kid>.crt` for each that was retired, and `current`: which
leaf signs, which follow it and in what order, and since when the others have stopped. Every change
ends with a new `current`, by a rename, so a process needs to look at that file alone.
"""

from __future__ import annotations

import datetime
import os
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography import x509

from tokenauth.signing.certificates import KeyPair
from tokenauth.signing.signing_key import RetiredKey, SigningKey

SIGNS, NEXT, STOPPED = "signs", "next", "stopped"


class KeyTrouble(Exception):
    """Something about the keys cannot be done; `str()` says to an operator what to do."""


class SigningKeyMissing(KeyTrouble):
    """The folder has no usable key; never healed by silently making a new one (L14)."""


class SigningKeyBroken(SigningKeyMissing):
    """A file of the folder cannot be used; the sentence names it."""


@dataclass(frozen=True)
class Contents:
    """What the folder says."""

    current: SigningKey
    following: tuple[SigningKey, ...]  # made and published, in the order of their turns
    stopped: tuple[SigningKey, ...]
    stopped_at: dict[str, datetime.datetime]
    retired: tuple[RetiredKey, ...]
    broken: tuple[str, ...]  # a sentence for each file that is of no use and is not `current`'s

    @property
    def next(self) -> SigningKey | None:
        """The key whose turn is next."""
        return next((key for key in self.following if not is_over(key)), None)

    @property
    def leaves(self) -> tuple[SigningKey, ...]:
        """Every key that was not retired: the one that signs, those to come, those before."""
        return (self.current, *self.following, *self.stopped)

    @cached_property
    def by_kid(self) -> dict[str, SigningKey]:
        """The same under both names that a token may call a key."""
        return {kid: key for key in self.leaves for kid in (key.kid, key.libtrust_kid)}

    @property
    def last_in_line(self) -> SigningKey:
        """The key after which a new one would have its turn."""
        return self.following[-1] if self.following else self.current


def is_over(key: SigningKey) -> bool:
    """Whether its certificate has ended."""
    return key.end <= time.time()


def leaf_file(directory: Path, kid: str) -> Path:
    """Return where a key is kept."""
    return directory / f"leaf-{kid}.pem"


def kid_of(path: Path) -> str:
    """Return which key is kept there."""
    return path.stem.partition("-")[2]


def retired_file(directory: Path, kid: str) -> Path:
    """Return where is kept what is left of a retired key."""
    return directory / f"retired-{kid}.crt"


def read_folder(directory: Path) -> Contents:
    """Return what it says; raise SigningKeyMissing, or SigningKeyBroken for the key that signs."""
    states = _read_states(directory)
    keys: dict[str, SigningKey] = {}
    retired: list[RetiredKey] = []
    broken: list[str] = []
    for path in sorted((*directory.glob("leaf-*.pem"), *directory.glob("retired-*.crt"))):
        try:
            if path.suffix == ".crt":
                retired.append(_read_retired(path))
            elif not retired_file(directory, kid_of(path)).exists():
                keys[path.name] = SigningKey(_read_pair(path))
        except SigningKeyBroken as error:
            broken.append(str(error))
    first, *rest = states
    if first not in keys:
        _read_pair(directory / first)  # says what is wrong with it
        message = f"{directory / first} was retired and cannot sign"
        raise SigningKeyBroken(message)
    following = [name for name in rest if states[name][0] == NEXT and name in keys]
    in_line = {first, *following}
    return Contents(
        current=keys[first],
        following=tuple(keys[name] for name in following),
        stopped=tuple(key for name, key in keys.items() if name not in in_line),
        stopped_at={
            keys[name].kid: since
            for name, (state, since) in states.items()
            if state == STOPPED and since and name in keys
        },
        retired=tuple(retired),
        broken=tuple(broken),
    )


def write_states(directory: Path, contents: Contents) -> None:
    """Publish: from now on every process goes by this."""
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    lines = [f"leaf-{contents.current.kid}.pem {SIGNS}"]
    lines += [f"leaf-{key.kid}.pem {NEXT}" for key in contents.following]
    for key in contents.stopped:
        since = contents.stopped_at.get(key.kid, now)
        lines.append(f"leaf-{key.kid}.pem {STOPPED} {since.isoformat()}")
    write_private(directory / "current.new", "".join(f"{line}\n" for line in lines).encode())
    (directory / "current.new").replace(directory / "current")


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read, and have it on disk."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        give_to_owner(handle, path.parent)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def give_to_owner(handle: int, directory: Path) -> None:
    """Let the folder's owner have a file that root makes there: processes must read it."""
    if os.geteuid() == 0:
        owner = directory.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)


def _read_states(directory: Path) -> dict[str, tuple[str, datetime.datetime | None]]:
    """Return state and time of each file that `current` names; the first one signs."""
    path = directory / "current"
    try:
        lines = path.read_text().splitlines()
        states = {name: _state(rest) for name, *rest in map(str.split, lines)}
    except FileNotFoundError as error:
        message = f"{directory} has no signing key: run `manage.py keys create`"
        raise SigningKeyMissing(message) from error
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {error}"
        raise SigningKeyBroken(message) from error
    if not states:
        message = f"{path} names no key"
        raise SigningKeyBroken(message)
    return states


def _state(words: list[str]) -> tuple[str, datetime.datetime | None]:
    state = words[0] if words else SIGNS
    return state, datetime.datetime.fromisoformat(words[1]) if len(words) > 1 else None


def _read_pair(path: Path) -> KeyPair:
    try:
        return KeyPair.from_pem(path.read_bytes())
    except FileNotFoundError as error:
        message = f"{path} is missing, and `current` names it"
        raise SigningKeyBroken(message) from error
    except (OSError, ValueError) as error:
        message = f"{path} is not a usable key: {error}"
        raise SigningKeyBroken(message) from error


def _read_retired(path: Path) -> RetiredKey:
    try:
        pem = path.read_bytes()
        word, _, when = pem.partition(b"\n")[0].decode("ascii").partition(" ")
        retired_at = datetime.datetime.fromisoformat(when if word == "retired" else "")
        return RetiredKey(x509.load_pem_x509_certificate(pem), retired_at)
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {error}"
        raise SigningKeyBroken(message) from error
