"""Secrets that we hand out: prefix, selector, random part, checksum. Kept as a digest, shown once."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import zlib
from dataclasses import dataclass

# What secret scanners look for; docs/security.md publishes it with the meaning of each prefix.
_FORM = re.compile(r"(wb[a-z])_([0-9a-f]{16})_([0-9a-f]{64})_([0-9a-f]{8})", re.ASCII)


@dataclass(frozen=True, slots=True)
class OpaqueToken:
    """`prefix_selector_secret_checksum`: found by selector, compared by digest of the whole.

    The checksum guards nothing: it tells a real one from text that looks like it, without asking.
    """

    prefix: str
    selector: str
    secret: str

    @property
    def value(self) -> str:
        """What its holder gets, once."""
        body = f"{self.prefix}_{self.selector}_{self.secret}"
        return f"{body}_{zlib.crc32(body.encode()):08x}"

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
    token = recognize(text)
    return token if token and token.prefix == prefix else None


def recognize(text: str) -> OpaqueToken | None:
    """Return the parts of a token of whatever kind, None for what was never one of ours."""
    parts = _FORM.fullmatch(text)
    token = OpaqueToken(parts[1], parts[2], parts[3]) if parts else None
    return token if token and token.value == text else None


def digest_of(secret: str) -> str:
    """Return the hexadecimal SHA-256 of a high-entropy secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
