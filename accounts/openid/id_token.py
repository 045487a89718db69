"""Check an ID token (OpenID Connect Core 3.1.3.7); pure, so that every way to forge one can be tried."""

from __future__ import annotations

from typing import Any

import jwt
from django.utils.crypto import constant_time_compare

# By the kind of the key, never by what the token says: a public key must not serve as a secret.
_ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
_REQUIRED = ("iss", "sub", "aud", "exp", "iat", "nonce")
_LEEWAY = 60  # seconds between two clocks
_LONGEST_SUBJECT = 191


class IDTokenInvalid(Exception):
    """The token proves nothing; `str()` says why, for the log."""


def check_id_token(
    token: object, *, keys: Any, issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """Return the claims of a token that the issuer made for us and for this very log-in."""
    if not isinstance(token, str) or not nonce:
        message = "there is no ID token, or no log-in that waits for one"
        raise IDTokenInvalid(message)
    try:
        key, algorithms = _key_for(jwt.get_unverified_header(token), keys)
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=list(algorithms),
            issuer=issuer,
            audience=client_id,
            leeway=_LEEWAY,
            options={"require": list(_REQUIRED), "strict_aud": False},
        )
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        raise IDTokenInvalid(f"{type(error).__name__}: {error}") from error  # noqa: EM102
    _check_parties(claims, client_id=client_id, nonce=nonce)
    return claims


def _key_for(header: dict[str, Any], keys: Any) -> tuple[jwt.PyJWK, tuple[str, ...]]:
    """Return the key that the header names, and with which algorithms a key of its kind is used."""
    entries = keys.get("keys") if isinstance(keys, dict) else None
    usable = [
        entry
        for entry in entries or []
        if isinstance(entry, dict)
        and entry.get("kty") in _ALGORITHMS
        and entry.get("use", "sig") == "sig"
    ]
    if kid := header.get("kid"):
        usable = [entry for entry in usable if entry.get("kid") == kid]
    if len(usable) != 1:
        message = f"{len(usable)} keys fit the token"
        raise IDTokenInvalid(message)
    algorithms = _ALGORITHMS[usable[0]["kty"]]
    if alg := usable[0].get("alg"):
        algorithms = tuple(name for name in algorithms if name == alg)
    if header.get("alg") not in algorithms:
        message = "the algorithm is not one for this key"
        raise IDTokenInvalid(message)
    return jwt.PyJWK(usable[0], algorithm=header["alg"]), algorithms


def _check_parties(claims: dict[str, Any], *, client_id: str, nonce: str) -> None:
    subject, audience = claims["sub"], claims["aud"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        message = "sub is no identifier"
        raise IDTokenInvalid(message)
    is_for_several = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", "" if is_for_several else client_id) != client_id:
        message = "the token was made for another party"
        raise IDTokenInvalid(message)
    if not isinstance(claims["nonce"], str) or not constant_time_compare(claims["nonce"], nonce):
        message = "the token belongs to another log-in"
        raise IDTokenInvalid(message)
