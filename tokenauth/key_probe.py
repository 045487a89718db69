"""Asks registries whether they take a key, before it signs for anybody.

A registry reads its keys at start and says nothing of it; only a token shows whether it was
restarted since a key was published, and whether it still trusts our root.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Iterable

import jwt
from django.conf import settings
from django.utils import timezone

from index.errors import RegistryTrouble
from index.models import Registry
from index.registry_client import INDEX_SUBJECT, ping
from tokenauth.models import KeyProbe, Verdict
from tokenauth.signing.key_format import KeyFormat
from tokenauth.signing.keys import SigningKey, SigningKeyMissing, signing_keys

_TOKEN_SECONDS = 60
_OK, _UNAUTHORIZED = 200, 401
_NOT_READ = "it has not read the new key: give it what `keys export` prints, and restart it"
_OTHER_ROOT = "it takes the key that signs now: does it trust another root, is its clock right?"
_TAKES_NONE = "nor does it take the key that signs: compare its service, issuer and keys"


def ask_registries(key: SigningKey, *, names: Collection[str] | None = None) -> list[KeyProbe]:
    """Try the key on all registries, or on those of these names; keep and return the answers."""
    registries = Registry.objects.order_by("name")
    chosen: Iterable[Registry] = registries if names is None else registries.filter(name__in=names)
    return [_ask(key, registry) for registry in chosen]


def ask_those_left(key: SigningKey) -> list[KeyProbe]:
    """Try the key on the registries that have not accepted it yet."""
    accepted = KeyProbe.objects.filter(kid=key.kid, verdict=Verdict.ACCEPTED)
    left = Registry.objects.exclude(key_probes__in=accepted).values_list("name", flat=True)
    return ask_registries(key, names=list(left))


def _ask(key: SigningKey, registry: Registry) -> KeyProbe:
    verdict, detail = _verdict(key, registry)
    probe, _ = KeyProbe.objects.update_or_create(
        kid=key.kid,
        registry=registry,
        defaults={"verdict": verdict, "detail": detail, "asked_at": timezone.now()},
    )
    return probe


def _verdict(key: SigningKey, registry: Registry) -> tuple[Verdict, str]:
    try:
        status = ping(registry, _harmless_token(key, registry))
        if status == _UNAUTHORIZED:
            return Verdict.REFUSED, _reason(key, registry)
        if status != _OK:
            return Verdict.UNREACHABLE, f"status {status}"
        return (Verdict.OPEN if ping(registry) == _OK else Verdict.ACCEPTED), ""
    except RegistryTrouble as trouble:
        return Verdict.UNREACHABLE, str(trouble).partition(": ")[2]


def _reason(key: SigningKey, registry: Registry) -> str:
    try:
        current = signing_keys.current()
    except SigningKeyMissing:
        return ""
    if current.kid == key.kid or ping(registry, _harmless_token(current, registry)) != _OK:
        return _TAKES_NONE
    return _OTHER_ROOT if registry.key_format == KeyFormat.X5C else _NOT_READ


def _harmless_token(key: SigningKey, registry: Registry) -> str:
    """Return a token that opens `GET /v2/` and nothing else."""
    now = int(time.time())
    claims = {
        "iss": settings.ISSUER,
        "sub": INDEX_SUBJECT,
        "aud": registry.service,
        "exp": now + _TOKEN_SECONDS,
        "nbf": now - 60,
        "iat": now,
        "jti": secrets.token_urlsafe(16),
        "access": [],
    }
    header = key.header(registry.key_format)
    return jwt.encode(claims, key.pair.key, algorithm="ES256", headers=header)
