"""Secrets that we hand out: prefix, selector, random part. Kept as a digest, shown once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpaqueToken:
    """`prefix_selector_secret`: found by selector, compared by digest of the whole."""

    prefix: str
    selector: str
    secret: str

    @property
    def value(self) -> str:
        """What its holder gets, once."""
        return f"{self.prefix}_{self.selector}_{self.secret}"

    @property
    def digest(self) -> str:
        """What we keep. 256 random bits need no slow hash."""
        return digest_of(self.value)

    def matches(self, digest: str) -> bool:
        """Compare with a kept digest in constant time."""
        return hmac.compare_digest(self.digest, digest)

    def __repr__(self) -> str:
        """Hide the secret."""
        return f"OpaqueToken({self.prefix}_{self.selector}_***)"


def make_opaque_token(prefix: str) -> OpaqueToken:
    """Return a new one; 256 bits of secret (ASVS 11.5.1 asks for 128)."""
    return OpaqueToken(prefix, secrets.token_hex(8), secrets.token_hex(32))


def parse_opaque_token(text: str, prefix: str) -> OpaqueToken | None:
    """Return the parts of a token of this kind, None for any other text."""
    parts = text.split("_") if text.isascii() and len(text) < 200 else []
    if len(parts) != 3 or parts[0] != prefix:
        return None
    return OpaqueToken(*parts)


def digest_of(secret: str) -> str:
    """Return the hexadecimal SHA-256 of a high-entropy secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
