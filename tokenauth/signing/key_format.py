"""How a token names the key that signed it; registries differ in what they go by."""

from __future__ import annotations

from django.db.models import TextChoices


class KeyFormat(TextChoices):
    """How a token names its key to a registry. Each registry has one (docs/operations/keys.md)."""

    X5C = "x5c", "Certificate in x5c, and the RFC 7638 thumbprint as kid"
    LIBTRUST = "libtrust", "The libtrust fingerprint as kid: distribution 2.x without x5c"
    THUMBPRINT = "thumbprint", "The RFC 7638 thumbprint as kid: a JWKS, distribution 3.x"
