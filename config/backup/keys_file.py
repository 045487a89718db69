"""Signing keys and secrets as one encrypted file, to be kept elsewhere than the database."""

from __future__ import annotations

import io
import os
import secrets
import tarfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings

from config.backup.errors import BackupTrouble

_MAGIC = b"waybill-keys-1\n"
_SALT, _NONCE = 16, 12
_LEAST = 20  # characters: whoever has the file tries at leisure
_SECRETS = {"secret_key": "SECRET_KEY", "gateway_secret": "GATEWAY_SECRET"}


def read_passphrase(file: Path) -> str:
    """Return it; raise BackupTrouble for one that is soon guessed."""
    try:
        passphrase = file.read_text().strip()
    except OSError as error:
        message = f"The passphrase cannot be read: {error}."
        raise BackupTrouble(message) from error
    if len(passphrase) < _LEAST:
        message = f"The passphrase needs {_LEAST} characters: `openssl rand -base64 32` makes one."
        raise BackupTrouble(message)
    return passphrase


def write_keys(file: Path, passphrase: str) -> None:
    """Write the folder of keys and the two secrets, encrypted."""
    if file.exists():
        message = f"{file} is there already."
        raise BackupTrouble(message)
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, _pack(), _MAGIC)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(_MAGIC + salt + nonce + sealed)


def restore_keys(file: Path, passphrase: str, *, secrets_into: Path | None) -> None:
    """Put the keys into the folder of keys, which must be empty, and the secrets where it is said."""
    content = file.read_bytes()
    if not content.startswith(_MAGIC):
        message = f"{file} is no file of keys."
        raise BackupTrouble(message)
    if any(settings.KEYS_DIR.glob("*.pem")):
        message = f"There are keys in {settings.KEYS_DIR} already: nothing is put over them."
        raise BackupTrouble(message)
    salt, rest = content[len(_MAGIC) :][:_SALT], content[len(_MAGIC) + _SALT :]
    try:
        plain = AESGCM(_key(passphrase, salt)).decrypt(rest[:_NONCE], rest[_NONCE:], _MAGIC)
    except InvalidTag as error:
        message = "The passphrase is wrong, or the file was changed."
        raise BackupTrouble(message) from error
    _unpack(plain, secrets_into)


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**16, r=8, p=1).derive(passphrase.encode())


def _pack() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for file in sorted(settings.KEYS_DIR.iterdir()):
            if file.is_file() and file.name != "lock":
                archive.addfile(_entry(f"keys/{file.name}", file.stat().st_size), file.open("rb"))
        for name, setting in _SECRETS.items():
            value = str(getattr(settings, setting)).encode()
            archive.addfile(_entry(f"secrets/{name}", len(value)), io.BytesIO(value))
    return packed.getvalue()


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _unpack(plain: bytes, secrets_into: Path | None) -> None:
    """Write each file under its last name: no archive chooses a place of its own."""
    folders = {"keys": settings.KEYS_DIR, "secrets": secrets_into}
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        for entry in archive:
            folder = folders.get(Path(entry.name).parts[0])
            content = archive.extractfile(entry)
            if folder is None or content is None:
                continue
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            target = folder / Path(entry.name).name
            with os.fdopen(
                os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as file:
                file.write(content.read())
