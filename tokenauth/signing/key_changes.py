"""Making, promoting and retiring keys, one change at a time across processes and hosts.

Each change holds a lock on the folder's file `lock`, reads the folder anew, and does nothing where
another process was quicker.
"""

from __future__ import annotations

import datetime
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cryptography import x509

from tokenauth.signing.certificates import (
    LEAF_LIFE,
    KeyPair,
    certificate_pem,
    make_leaf,
    make_root,
)
from tokenauth.signing.key_folder import (
    Contents,
    KeyTrouble,
    SigningKeyMissing,
    give_to_owner,
    is_over,
    leaf_file,
    read_folder,
    retired_file,
    write_private,
    write_states,
)
from tokenauth.signing.signing_key import SigningKey

_KEEP_ENDED = datetime.timedelta(days=30)


class RootKeyMissing(KeyTrouble):
    """The root's private key is kept elsewhere."""


class KeysChanged(KeyTrouble):
    """Another process was quicker."""


def create(directory: Path, name: str, *, root_file: Path | None) -> None:
    """Make root and first leaf where there is no root yet; else do nothing."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(directory):
        if (directory / "root.crt").exists() or (directory / "root.pem").exists():
            return
        path = root_file or directory / "root.pem"
        if root_file and root_file.exists():
            root = _read_root(path)
        else:
            root = make_root(name)
            write_private(path, root.to_pem())
        write_private(directory / "root.crt", certificate_pem(root.certificate))
        _start(directory, _new_leaf(directory, root, name, _now()))


def prepare(
    directory: Path,
    name: str,
    *,
    root_file: Path | None,
    after: SigningKey,
    turn: datetime.datetime,
) -> SigningKey:
    """Make a key that follows the last in line."""
    with _locked(directory):
        contents = read_folder(directory)
        last = contents.last_in_line
        if last.kid != after.kid:
            message = f"another process has made the next key: {last.kid}"
            raise KeysChanged(message)
        root = _pinned_root(directory, root_file)
        key = _new_leaf(directory, root, name, turn)
        write_states(directory, replace(contents, following=(*contents.following, key)))
        return key


def promote(directory: Path, key: SigningKey, *, instead_of: SigningKey) -> None:
    """Let a key of the line sign; those before it in the line are not waited for any more."""
    with _locked(directory):
        contents = read_folder(directory)
        if contents.current.kid != instead_of.kid:
            message = f"another process has rotated: {contents.current.kid} signs"
            raise KeysChanged(message)
        if key.kid not in {other.kid for other in contents.following}:
            message = f"{key.kid} is not in line to sign"
            raise KeysChanged(message)
        if is_over(key):
            message = f"{key.kid} has ended and cannot sign"
            raise KeyTrouble(message)
        _promote(directory, contents, key)


def rotate(directory: Path, name: str, *, root_file: Path | None) -> SigningKey:
    """Let the next key sign, or a new one that is good from now."""
    with _locked(directory):
        try:
            contents = read_folder(directory)
        except SigningKeyMissing:
            if (directory / "current").exists():
                raise  # it names a file that is broken or gone: the operator's to put right
            key = _new_leaf(directory, _pinned_root(directory, root_file), name, _now())
            _start(directory, key)
            return key
        upcoming = contents.next
        if upcoming is None:
            upcoming = _new_leaf(directory, _pinned_root(directory, root_file), name, _now())
            contents = replace(contents, following=(*contents.following, upcoming))
        _promote(directory, contents, upcoming)
        return upcoming


def retire(directory: Path, kid: str) -> datetime.datetime | None:
    """Keep the certificate of a key, and nothing else of it."""
    with _locked(directory):
        contents = read_folder(directory)
        if kid == contents.current.kid:
            message = f"{kid} signs: rotate to another key first"
            raise KeyTrouble(message)
        key = contents.by_kid.get(kid)
        if key is None and not leaf_file(directory, kid).exists():
            message = f"there is no key {kid}"
            raise KeyTrouble(message)
        if key:
            pem = f"retired {_now().replace(microsecond=0).isoformat()}\n".encode()
            write_private(retired_file(directory, kid), pem + certificate_pem(key.certificate))
        write_states(directory, _without(contents, kid))
        leaf_file(directory, kid).unlink()
        return contents.stopped_at.get(kid)


def _promote(directory: Path, contents: Contents, key: SigningKey) -> None:
    turn = [other.kid for other in contents.following].index(key.kid)
    stopped = (contents.current, *contents.following[:turn], *contents.stopped)
    stopped_at = contents.stopped_at | {contents.current.kid: _now().replace(microsecond=0)}
    changed = replace(
        contents,
        current=key,
        following=contents.following[turn + 1 :],
        stopped=stopped,
        stopped_at=stopped_at,
    )
    line = _now() - _KEEP_ENDED
    forgotten = [old.kid for old in (*stopped, *contents.retired) if old.ends_at < line]
    for kid in forgotten:
        changed = _without(changed, kid)
    write_states(directory, changed)
    for kid in forgotten:
        leaf_file(directory, kid).unlink(missing_ok=True)
        retired_file(directory, kid).unlink(missing_ok=True)


def _without(contents: Contents, kid: str) -> Contents:
    return replace(
        contents,
        following=tuple(key for key in contents.following if key.kid != kid),
        stopped=tuple(key for key in contents.stopped if key.kid != kid),
    )


def _start(directory: Path, key: SigningKey) -> None:
    write_states(directory, Contents(key, (), (), {}, (), ()))


def _new_leaf(directory: Path, root: KeyPair, name: str, turn: datetime.datetime) -> SigningKey:
    """Make one that holds for its life from the day of its turn."""
    try:
        key = SigningKey(make_leaf(root, name, until=turn + LEAF_LIFE))
        while key.kid.startswith("-"):  # a shell would take its id for an option
            key = SigningKey(make_leaf(root, name, until=turn + LEAF_LIFE))
    except ValueError as error:
        message = f"no key can be made: {error}"
        raise KeyTrouble(message) from error
    write_private(leaf_file(directory, key.kid), key.pair.to_pem())
    return key


def _pinned_root(directory: Path, root_file: Path | None) -> KeyPair:
    """Return the root whose certificate registries have."""
    path = root_file or directory / "root.pem"
    root = _read_root(path)
    pinned = directory / "root.crt"
    if root.certificate != x509.load_pem_x509_certificate(pinned.read_bytes()):
        message = f"{path} is another root than the one that registries trust, {pinned}"
        raise KeyTrouble(message)
    return root


def _read_root(path: Path) -> KeyPair:
    try:
        return KeyPair.from_pem(path.read_bytes())
    except FileNotFoundError as error:
        message = (
            f"the root's private key is not here ({path}): run the command again with `--root FILE`;"
            " `keys prepare --ahead 6 --root FILE` makes a year's keys at once"
        )
        raise RootKeyMissing(message) from error
    except (OSError, ValueError) as error:
        message = f"{path} is not a usable root: {error}"
        raise KeyTrouble(message) from error


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Wait for whoever else changes the keys, on this host or on another that shares the folder."""
    path = directory / "lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f"the keys cannot be changed from here: {error}"
        raise KeyTrouble(message) from error
    try:
        give_to_owner(handle, directory)
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
