"""Tokens with which a registry is tried: one of ours, and one that only somebody else could have made."""

from __future__ import annotations

import time
from functools import cache

import jwt
from django.conf import settings

from index.models import Registry
from index.registry_client import INDEX_SUBJECT
from tokenauth.signing.certificates import make_leaf, make_root
from tokenauth.signing.signing_key import SigningKey
from tokenauth.signing.tokens import Access, sign_access_token

PROBE_REPOSITORY = "waybill-probe"  # no repository of anybody; reconciling passes over it
_SECONDS = 60
_ACTIONS = ["pull", "push", "delete"]


def own_token(registry: Registry) -> str:
    """Return a token of ours, for the probe's repository alone. Raises SigningKeyMissing."""
    return sign_access_token(
        subject=INDEX_SUBJECT,
        service=registry.service,
        access=[Access(type="repository", name=PROBE_REPOSITORY, actions=_ACTIONS)],
        lifetime=_SECONDS,
        key_format=registry.key_format,
    )


def foreign_token(registry: Registry) -> str:
    """Return a token that is right in everything but who signed it."""
    key, now = _foreign_key(), int(time.time())
    claims = {
        "iss": settings.ISSUER,
        "sub": INDEX_SUBJECT,
        "aud": registry.service,
        "exp": now + _SECONDS,
        "nbf": now - 60,
        "iat": now,
        "jti": "foreign",
        "access": [],
    }
    header = key.header(registry.key_format)
    return jwt.encode(claims, key.pair.key, algorithm="ES256", headers=header)


@cache
def _foreign_key() -> SigningKey:
    return SigningKey(make_leaf(make_root("somebody else"), "somebody else"))
