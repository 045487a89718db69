"""The doors behind the list of pages that the browser tests open (tests/e2e/pages.py)."""

from __future__ import annotations

import re

from django.urls import resolve

from tests.architecture.permission_matrix import doors
from tests.e2e.pages import EVERY_PAGE, GONE

_STANDS_FOR = re.compile(r"[A-Z]{3,}")


def door_of(path: str) -> str:
    """Return the pattern of the URL that an address of the list leads to."""
    return str(resolve(_STANDS_FOR.sub("acme", path.partition("?")[0])).route)


def mounted() -> dict[str, str]:
    """Return every door by its pattern as a match says it: of expressions only the first has its ^."""
    return {door.replace("/^", "/"): door for door in doors()}


def looked_at() -> set[str]:
    """Return the doors that the browser tests open."""
    return {door_of(path) for name, path in EVERY_PAGE.items() if name not in GONE}
