"""The folder of signing keys: the root, the leaves, and which leaf signs now.

`root.pem` (key and certificate; the key may be moved offline), `root.crt` (what registries pin),
`leaf-<kid>.pem`, and `current`, a file that names the leaf in use. A rotation adds a leaf and
replaces `current` by a rename; every process sees that at its next token.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from tokenauth.signing.certificates import LEAF_LIFE, KeyPair, make_leaf, make_root
from tokenauth.signing.key_format import KeyFormat

_ROTATE_BEFORE_END = LEAF_LIFE / 3


class SigningKeyMissing(Exception):
    """The folder has no usable key; never healed by silently making a new one (L14)."""


@dataclass(frozen=True)
class SigningKey:
    """A leaf, ready for use."""

    pair: KeyPair

    @cached_property
    def jwk(self) -> dict[str, str]:
        """The public half as RFC 7517 wants it; coordinates padded (RFC 7518 §6.2.1.2)."""
        numbers = self.pair.key.public_key().public_numbers()
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

    def header(self, key_format: str = KeyFormat.X5C) -> dict[str, object]:
        """Return the JOSE header. `x5c` is for registries alone, readers of the JWKS go by `kid`."""
        kid = self.libtrust_kid if key_format == KeyFormat.LIBTRUST else self.kid
        header: dict[str, object] = {"alg": "ES256", "typ": "JWT", "kid": kid}
        if key_format == KeyFormat.X5C:
            der = self.pair.certificate.public_bytes(serialization.Encoding.DER)
            header["x5c"] = [base64.b64encode(der).decode()]
        return header

    def jose_header(self, key_format: str = KeyFormat.X5C) -> bytes:
        """Return the header as a token begins with it: JSON in base64url. Made once per key."""
        return self._jose_headers[key_format]

    @cached_property
    def _jose_headers(self) -> dict[str, bytes]:
        names = [*KeyFormat, *KeyFormat.values]  # a member's hash is not the hash of its value
        return {name: _jose(self.header(name)) for name in names}

    @cached_property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """What verifies."""
        return self.pair.key.public_key()

    @property
    def ends_at(self) -> datetime.datetime:
        """When the certificate ends."""
        return self.pair.certificate.not_valid_after_utc

    def is_due(self, now: datetime.datetime) -> bool:
        """Whether it is time for the next leaf."""
        return now > self.ends_at - _ROTATE_BEFORE_END


class SigningKeys:
    """The keys of a folder, read again when `current` changes."""

    def __init__(self, directory: Path) -> None:
        """Read nothing yet."""
        self._directory = directory
        self._seen: tuple[int, int] | None = None
        self._current: SigningKey | None = None
        self._by_kid: dict[str, SigningKey] = {}

    def current(self) -> SigningKey:
        """Return the key that signs now; raise SigningKeyMissing."""
        self._refresh()
        if self._current is None:
            message = f"{self._directory} has no signing key: run `manage.py keys create`"
            raise SigningKeyMissing(message)
        return self._current

    def by_kid(self, kid: str) -> SigningKey | None:
        """Return the key of that id, if it is one of ours and its certificate has not ended."""
        self._refresh()
        key = self._by_kid.get(kid)
        return key if key and key.ends_at > _now() else None

    def all(self) -> list[SigningKey]:
        """Return every key whose certificate has not ended, newest first."""
        self._refresh()
        keys = [key for kid, key in self._by_kid.items() if kid == key.kid and key.ends_at > _now()]
        return sorted(keys, key=lambda key: key.ends_at, reverse=True)

    @property
    def root_certificate(self) -> Path:
        """The file that registries are given."""
        return self._directory / "root.crt"

    def create(self, name: str) -> None:
        """Make root and first leaf where there is no root yet; else do nothing."""
        if (self._directory / "root.pem").exists():
            return
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        root = make_root(name)
        _write(self._directory / "root.pem", root.to_pem())
        _write(self.root_certificate, root.certificate.public_bytes(serialization.Encoding.PEM))
        self.rotate(name)

    def rotate(self, name: str) -> SigningKey:
        """Make a new leaf and sign with it from now on; the old ones stay valid for verifying."""
        root = KeyPair.from_pem((self._directory / "root.pem").read_bytes())
        key = SigningKey(make_leaf(root, name))
        file_name = f"leaf-{key.kid}.pem"
        _write(self._directory / file_name, key.pair.to_pem())
        _write(self._directory / "current.new", file_name.encode())
        (self._directory / "current.new").replace(self._directory / "current")
        return key

    def _refresh(self) -> None:
        try:
            status = (self._directory / "current").stat()
        except FileNotFoundError:
            self._seen, self._current, self._by_kid = None, None, {}
            return
        seen = (status.st_mtime_ns, status.st_ino)
        if seen == self._seen:
            return
        leaves = {
            path.name: SigningKey(KeyPair.from_pem(path.read_bytes()))
            for path in self._directory.glob("leaf-*.pem")
        }
        current = leaves[(self._directory / "current").read_text().strip()]
        by_thumbprint = {key.kid: key for key in leaves.values()}
        self._by_kid = by_thumbprint | {key.libtrust_kid: key for key in leaves.values()}
        self._current, self._seen = current, seen


def _write(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _jose(header: dict[str, object]) -> bytes:
    return _base64url(json.dumps(header, separators=(",", ":")).encode()).encode()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


signing_keys = SigningKeys(settings.KEYS_DIR)
