"""The password that the people of the demo share: made once for each instance, kept beside it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


def demo_password(folder: Path) -> str:
    """Return the password in the folder's file, which is made if it is not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "demo_password"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(make_password())
    return path.read_text()


def make_password() -> str:
    """Return twenty random letters and digits in groups of five: 98 bits, easy to type."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups)
