"""Secrets of webhooks: they sign, so they are kept encrypted and not as a digest.

The key is derived from the instance's secret key, which is not in the database: a copy of the
database alone signs nothing.
"""

from __future__ import annotations

import base64
import secrets

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PREFIX = "whsec_"
_BYTES = 32


def make_secret() -> str:
    """Return a new secret as receivers keep it: `whsec_` and base64 of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def encrypt(secret: str) -> bytes:
    """Return it as it is kept."""
    return _fernet().encrypt(secret.encode())


def decrypt(kept: bytes | memoryview) -> str:
    """Return the secret; raises InvalidToken after the instance's secret key has changed."""
    return _fernet().decrypt(bytes(kept)).decode()


def _fernet() -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"waybill webhook secrets")
    return Fernet(base64.urlsafe_b64encode(derived.derive(settings.SECRET_KEY.encode())))
