"""The public keys of an issuer: fetched where its discovery document says, and kept for a while.

A forged token costs no request: an unknown key makes us ask again once a minute at most. Keys that
are due stay good for a day while the issuer cannot be reached.
"""

from __future__ import annotations

import hashlib
import logging
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.cache import cache

from accounts.outgoing import OutgoingRefused, fetch_json, is_loopback_url
from tokenauth.workloads.errors import IssuerUnavailable

log = logging.getLogger(__name__)

_ASK_EVERY = 60  # seconds between two requests for the keys of one issuer
_SHORTEST, _USUAL, _LONGEST = 300, 3600, 24 * 3600  # how long keys are taken for fresh
_KEEP_STALE = 24 * 3600
_LARGEST = 256 * 1024
_MOST_KEYS = 100
_RSA_BITS = range(2048, 8192 + 1)  # below is broken, above costs us whatever its maker likes
_DISCOVERY = "/.well-known/openid-configuration"
# key type, curve and least size that belong to an algorithm; there are no others
ALGORITHMS = ("RS256", "ES256")

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


def find_key(issuer: str, *, kid: str, algorithm: str) -> PublicKey | None:
    """Return the key, None if the issuer has no such one for this algorithm.

    Raises IssuerUnavailable when no keys of it are known at all.
    """
    kept = cache.get(_cache_key(issuer))
    if kept is None or kid not in kept["keys"] or kept["fresh_until"] < time.time():
        kept = _ask_again(issuer, first=kept is None) or kept
    if kept is None:
        raise IssuerUnavailable(issuer, _ASK_EVERY)
    jwk = kept["keys"].get(kid)
    return _public_key(jwk, algorithm) if jwk else None


def _ask_again(issuer: str, *, first: bool) -> dict[str, Any] | None:
    gate = f"{_cache_key(issuer)}:asked"
    # With nothing to go on with, nobody waits for another's request; only a failure makes them.
    is_too_soon = cache.get(gate) is not None if first else not cache.add(gate, 1, _ASK_EVERY)
    if is_too_soon:
        return None
    try:
        kept = _fetch(issuer)
    except OutgoingRefused as refusal:
        log.warning("keys of %s cannot be fetched: %s", issuer, refusal)
        cache.set(gate, 1, _ASK_EVERY)
        return None
    cache.set(gate, 1, _ASK_EVERY)
    cache.set(_cache_key(issuer), kept, _LONGEST + _KEEP_STALE)
    return kept


def _fetch(issuer: str) -> dict[str, Any]:
    loopback = is_loopback_url(issuer)
    discovery = fetch_json(issuer + _DISCOVERY, largest=_LARGEST, loopback=loopback).body
    if discovery.get("issuer") != issuer:
        message = f"{issuer}: its discovery document names another issuer"
        raise OutgoingRefused(message)
    answer = fetch_json(str(discovery.get("jwks_uri")), largest=_LARGEST, loopback=loopback)
    listed = answer.body.get("keys")
    if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
        message = f"{issuer}: no list of keys"
        raise OutgoingRefused(message)
    fresh_for = min(max(answer.max_age or _USUAL, _SHORTEST), _LONGEST)
    keys = {jwk["kid"]: jwk for jwk in listed if _has_kid(jwk)}
    return {"keys": keys, "fresh_until": time.time() + fresh_for}


def _has_kid(jwk: Any) -> bool:
    return isinstance(jwk, dict) and isinstance(jwk.get("kid"), str) and bool(jwk["kid"])


def _public_key(jwk: dict[str, Any], algorithm: str) -> PublicKey | None:
    """Return the key as an object: a text would be taken for a shared secret by some algorithms."""
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", algorithm) != algorithm:
        return None
    try:
        if algorithm == "RS256" and jwk.get("kty") == "RSA":
            key: Any = jwt.algorithms.RSAAlgorithm.from_jwk(jwk)
            is_sound = isinstance(key, rsa.RSAPublicKey) and key.key_size in _RSA_BITS
            return key if is_sound else None
        if algorithm == "ES256" and (jwk.get("kty"), jwk.get("crv")) == ("EC", "P-256"):
            key = jwt.algorithms.ECAlgorithm.from_jwk(jwk)
            return key if isinstance(key, ec.EllipticCurvePublicKey) else None
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        log.warning("a key of an issuer cannot be read")
    return None


def _cache_key(issuer: str) -> str:
    return f"ci-keys:{hashlib.sha256(issuer.encode()).hexdigest()}"
