"""Robot accounts and their secrets: create, use, rotate, disable."""

from __future__ import annotations

from accounts.errors import InvalidCredentials
from accounts.principals import Principal

PREFIX = "wbs"


def authenticate(secret: str, *, login: str | None = None, address: str) -> Principal:
    """Return whose it is; `login`, where the door asks for one, must be its owner's."""
    message = "not yet"
    raise InvalidCredentials(message)
