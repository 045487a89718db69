"""Passwords that people brought from another product as bcrypt, until they are right for the first time.

Nothing is ever hashed with it to be kept: Django replaces such a hash by one of today at the first right password.
"""

from __future__ import annotations

import re
from importlib import import_module

from django.conf import settings
from django.contrib.auth.hashers import BCryptPasswordHasher, identify_hasher

from accounts.password_hashing import slot

# 22 letters of salt, of which the last has two bits that count, and 31 of hash.
_HASH = re.compile(
    r"bcrypt\$\$2[aby]\$(?P<cost>[0-9]{2})\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}", re.ASCII
)
_LOOKED_AT = 72  # bytes: bcrypt ignores the rest, and its library refuses it
_ANY_SALT = "." * 22


class Bcrypt(BCryptPasswordHasher):
    """Checks what was made elsewhere, up to WAYBILL_BCRYPT_COST; one at a time, like hashes of today."""

    def encode(self, password: str, salt: str | bytes) -> str:
        """Compute a hash; raise PasswordsBusy. The library is needed only where such hashes are let in."""
        looked_at = password.encode("utf-8", "surrogatepass")[:_LOOKED_AT]
        given = salt.encode() if isinstance(salt, str) else salt
        with slot():
            made: bytes = import_module("bcrypt").hashpw(looked_at, given)
        return f"{self.algorithm}${made.decode()}"

    def verify(self, password: str, encoded: str) -> bool:
        """Check a password; a hash that costs more than is allowed is never computed."""
        return _cost(encoded) is not None and super().verify(password, encoded)

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Make up for what this hash, or none of this kind, costs less than the costliest one that is allowed."""
        done, most = _cost(encoded), settings.BCRYPT_COST
        # Each cost takes as long as all before it: done, and done, done + 1, … most - 1 once more, are most.
        for cost in [most] if done is None else range(done, most):
            self.encode(password, f"$2b${cost:02}${_ANY_SALT}")


def can_be_checked(encoded: str) -> bool:
    """Whether this hash, as Django writes them, lets anybody in here; one of bcrypt must be whole and not too costly."""
    try:
        hasher = identify_hasher(encoded)
    except ValueError:
        return False
    return not isinstance(hasher, Bcrypt) or _cost(encoded) is not None


def _cost(encoded: str) -> int | None:
    """Return the cost of a hash of bcrypt, if it is no more than is allowed."""
    found = _HASH.fullmatch(encoded)
    cost = int(found["cost"]) if found else 0
    return cost if 4 <= cost <= settings.BCRYPT_COST else None
