"""One key: its names, its public half, and the headers of the tokens it signs."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tokenauth.signing.certificates import OVERLAP, KeyPair
from tokenauth.signing.key_format import KeyFormat


@dataclass(frozen=True)
class CertifiedKey:
    """The public half of a key, with its certificate."""

    certificate: x509.Certificate

    @cached_property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """What verifies."""
        key = self.certificate.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            message = "the key must be one of an elliptic curve"
            raise TypeError(message)
        return key

    @cached_property
    def jwk(self) -> dict[str, str]:
        """The public half as RFC 7517 wants it; coordinates padded (RFC 7518 §6.2.1.2)."""
        numbers = self.public_key.public_numbers()
        public = {
            "crv": "P-256",
            "kty": "EC",
            "x": _base64url(numbers.x.to_bytes(32)),
            "y": _base64url(numbers.y.to_bytes(32)),
        }
        canonical = json.dumps(public, separators=(",", ":"), sort_keys=True).encode()
        thumbprint = _base64url(hashlib.sha256(canonical).digest())  # RFC 7638
        return {**public, "kid": thumbprint, "use": "sig", "alg": "ES256"}

    @property
    def kid(self) -> str:
        """The RFC 7638 thumbprint."""
        return self.jwk["kid"]

    @cached_property
    def libtrust_kid(self) -> str:
        """The key id of distribution 2.x: 30 bytes of the key's SHA-256, twelve groups of four."""
        der = self.public_key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        text = base64.b32encode(hashlib.sha256(der).digest()[:30]).decode()
        return ":".join(text[start : start + 4] for start in range(0, len(text), 4))

    @property
    def ends_at(self) -> datetime.datetime:
        """When the certificate ends."""
        return self.certificate.not_valid_after_utc

    @cached_property
    def end(self) -> float:
        """The same in seconds, for whoever compares it at every token."""
        return self.ends_at.timestamp()

    @property
    def due_at(self) -> datetime.datetime:
        """When the next key is to take over."""
        return self.ends_at - OVERLAP


@dataclass(frozen=True)
class RetiredKey(CertifiedKey):
    """What is kept of a key that was retired: no private half."""

    retired_at: datetime.datetime


@dataclass(frozen=True, init=False)
class SigningKey(CertifiedKey):
    """A leaf, ready for use."""

    pair: KeyPair

    def __init__(self, pair: KeyPair) -> None:
        """Take the certificate from the pair."""
        object.__setattr__(self, "pair", pair)
        object.__setattr__(self, "certificate", pair.certificate)

    def is_due(self, now: datetime.datetime) -> bool:
        """Whether it is time for the next leaf."""
        return now > self.due_at

    def header(self, key_format: str = KeyFormat.X5C) -> dict[str, object]:
        """Return the JOSE header. `x5c` is for registries alone, readers of the JWKS go by `kid`."""
        kid = self.libtrust_kid if key_format == KeyFormat.LIBTRUST else self.kid
        header: dict[str, object] = {"alg": "ES256", "typ": "JWT", "kid": kid}
        if key_format == KeyFormat.X5C:
            der = self.certificate.public_bytes(serialization.Encoding.DER)
            header["x5c"] = [base64.b64encode(der).decode()]
        return header

    def jose_header(self, key_format: str = KeyFormat.X5C) -> bytes:
        """Return the header as a token begins with it: JSON in base64url. Made once per key."""
        return self._jose_headers[key_format]

    @cached_property
    def _jose_headers(self) -> dict[str, bytes]:
        names = [*KeyFormat, *KeyFormat.values]  # a member's hash is not the hash of its value
        return {name: _jose(self.header(name)) for name in names}


def _jose(header: dict[str, object]) -> bytes:
    return _base64url(json.dumps(header, separators=(",", ":")).encode()).encode()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
