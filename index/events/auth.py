"""Which registry is speaking: each has a secret of its own (F12, case 32)."""

from __future__ import annotations

import hmac

from accounts.credential_kinds import Kind, Use, opens
from accounts.opaque_tokens import digest_of
from index.models import Registry


def authenticate_registry(name: str, authorization: str) -> Registry | None:
    """Return the registry of that name if the header carries one of its two valid secrets."""
    scheme, _, secret = authorization.partition(" ")
    registry = Registry.objects.filter(name=name).first()
    if registry is None or scheme.lower() != "bearer" or not secret:
        return None
    if not opens(Kind.EVENTS_SECRET, Use.EVENTS):
        return None
    supplied = digest_of(secret)
    valid = (registry.events_secret_digest, registry.previous_events_secret_digest)
    matches = [hmac.compare_digest(supplied, digest) for digest in valid]
    return registry if any(matches) else None
