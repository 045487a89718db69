"""How passwords are hashed and which are refused."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.password_hashing import slot

MAXIMUM_BYTES = 4096  # a megabyte of password must not reach the hash (case 12)


class Argon2(Argon2PasswordHasher):
    """Argon2id with OWASP's minimum: 19 ms and 19 MiB a check; Django's default takes 180 ms CPU.

    However many threads there are, a process computes one at a time.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Make a hash; raise PasswordsBusy."""
        with slot():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Check a password; raise PasswordsBusy."""
        with slot():
            return super().verify(password, encoded)


class MaximumLengthValidator:
    """Refuses what would be a denial of service rather than a password."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError above 4,096 bytes of UTF-8."""
        if len(password.encode("utf-8", "surrogatepass")) > MAXIMUM_BYTES:
            message = _("A password has at most %(maximum_bytes)s bytes.") % {
                "maximum_bytes": MAXIMUM_BYTES
            }
            raise ValidationError(message)

    def get_help_text(self) -> str:
        """Return the rule for pages that list all of them."""
        return _("Your password can be as long as you like, up to a page of text.")
