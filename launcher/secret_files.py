"""Secrets of an instance: made once, kept in files that only its owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

NAMES = ("secret_key", "gateway_secret", "events_east", "events_west")


def make_missing(folder: Path) -> None:
    """Give every secret a file; one that exists is never touched."""
    for name in NAMES:
        if not (folder / name).exists():
            write_new(folder / name, secrets.token_urlsafe(48))


def write_new(path: Path, secret: str) -> None:
    """Write to a private file first, so a killed launcher never leaves an empty secret behind."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
