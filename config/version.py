"""Which version this is: the newest heading of the changelog, which is part of every installation."""

from __future__ import annotations

import platform
import re
from pathlib import Path

import django

_CHANGELOG = Path(__file__).resolve().parents[1] / "CHANGELOG.md"


def _newest() -> str:
    try:
        match = re.search(r"^## \[([^\]]+)\]", _CHANGELOG.read_text(), re.MULTILINE)
    except OSError:
        match = None
    return match[1].lower() if match else "not known"


NUMBER = _newest()
VERSION = f"{NUMBER}, Django {django.__version__}, Python {platform.python_version()}"
