"""Reading `Authorization: Basic`, for every door that takes passwords."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from accounts.errors import InvalidCredentials


@dataclass(frozen=True, slots=True)
class BasicCredential:
    """A login and a secret, as sent."""

    login: str
    secret: str

    def __repr__(self) -> str:
        """Hide the secret from logs and tracebacks."""
        return f"BasicCredential({self.login!r}, ***)"


def parse_basic(header: str) -> BasicCredential | None:
    """Return what the header carries; None without a header or with empty login and secret.

    Docker sends `Basic Og==` for "nobody" (protocol.md decision 8). Raises InvalidCredentials for
    another scheme and for what cannot be decoded.
    """
    if not header:
        return None
    scheme, _, encoded = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise binascii.Error
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except ValueError as error:
        message = "the Authorization header cannot be read: log in again"
        raise InvalidCredentials(message) from error
    login, colon, secret = text.partition(":")
    if not colon:
        message = "the Authorization header has no password: log in again"
        raise InvalidCredentials(message)
    return BasicCredential(login, secret) if login or secret else None
