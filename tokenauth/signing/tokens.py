"""Access tokens: claims, signature, and the check of our own signature."""

from __future__ import annotations

import json
import os
import time
from binascii import b2a_base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings

from tokenauth.signing.key_format import KeyFormat
from tokenauth.signing.keys import signing_keys

LEEWAY = 60  # seconds, what registries give as well (F5)
_ES256 = ECDSA(SHA256())
_LIFETIME: int = settings.TOKEN_LIFETIME
_to_json = json.JSONEncoder(separators=(",", ":")).encode
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Access(TypedDict):
    """One entry of the `access` claim."""

    type: str
    name: str
    actions: list[str]


class AccessTokenInvalid(Exception):
    """Not a token of ours for this service, or not any more."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a checked token says."""

    subject: str
    issued_at: int
    expires_at: int
    access: list[Access]
    credential: str = ""

    def grants(self, kind: str, name: str) -> frozenset[str]:
        """Return the actions it carries for one resource, compared literally as registries do."""
        return frozenset(
            action
            for entry in self.access
            if entry["type"] == kind and entry["name"] == name
            for action in entry["actions"]
        )


def sign_access_token(
    *,
    subject: str,
    service: str,
    access: Iterable[Access],
    lifetime: int | None = None,
    credential: str = "",
    key_format: str = KeyFormat.X5C,
) -> str:
    """Return a signed token. `lifetime` in seconds, the setting's without it.

    `credential`, `token:17`, says what proved the subject, so that the gateway can ask whether that
    still holds; it is a claim of ours, `via`, which registries ignore. Raises SigningKeyMissing.
    """
    claims = lasting_claims(subject=subject, service=service, access=access, credential=credential)
    return sign(claims, lifetime=lifetime, key_format=key_format).decode()


def actor_of(subject: str, credential: str) -> str:
    """Return the `sub`, which a registry's notifications repeat as the actor: `user:3/token:17`.

    Nothing else of a token reaches them, so this is how a push is known to be of one credential.
    """
    return f"{subject}/{credential}" if credential else subject


def read_actor(actor: str) -> tuple[str, str]:
    """Return subject and credential of an actor; either may be empty."""
    subject, _, credential = actor.partition("/")
    return subject, credential


def lasting_claims(
    *, subject: str, service: str, access: Iterable[Access], credential: str = ""
) -> bytes:
    """Return what does not change between two tokens for the same: JSON, open at its end."""
    actor = actor_of(subject, credential)
    claims = {"iss": settings.ISSUER, "sub": actor, "aud": service, "access": list(access)}
    if credential:
        claims["via"] = credential
    return _to_json(claims).encode()[:-1]


def sign(
    claims: bytes,
    *,
    lifetime: int | None = None,
    key_format: str = KeyFormat.X5C,
    issued_at: int | None = None,
) -> bytes:
    """Return a fresh token with these lasting claims; `issued_at` in seconds, now without it.

    Raises SigningKeyMissing.

    `aud` is one string, times are integers, `nbf` is back-dated by a minute (design.md, facts 2 and
    Tokens; protocol.md A.6). Put together by hand: PyJWT nearly doubles the price of the signature
    (41 against 25 us, performance.md A). A property test reads the result with PyJWT.
    """
    key = signing_keys.current()
    now = issued_at or int(time.time())
    end = now + (lifetime or _LIFETIME)
    times = b',"exp":%d,"nbf":%d,"iat":%d,"jti":"%b"}' % (
        end, now - LEEWAY, now, os.urandom(16).hex().encode()
    )  # fmt: skip
    signed = key.jose_header(key_format) + b"." + _base64url(claims + times)
    return signed + b"." + _base64url(_plain(key.pair.key.sign(signed, _ES256)))


def check_access_token(token: str, *, service: str) -> AccessToken:
    """Return what the token says; raise AccessTokenInvalid.

    The key is looked up among our own by `kid`; `x5c`, `jwk`, `jku` and `x5u` of the token are not
    looked at (CVE-2025-24976), and the algorithm is fixed.
    """
    try:
        kid = jwt.get_unverified_header(token).get("kid", "")
        key = signing_keys.by_kid(kid)
        if key is None:
            message = "signed by an unknown key"
            raise AccessTokenInvalid(message)
        claims = jwt.decode(
            token,
            key.public_key,
            algorithms=["ES256"],
            audience=service,
            issuer=settings.ISSUER,
            leeway=LEEWAY,
            options={"require": ["exp", "nbf", "iat", "iss", "aud", "sub"], "strict_aud": True},
        )
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise AccessTokenInvalid(str(error)) from error
    return AccessToken(
        read_actor(claims["sub"])[0],
        claims["iat"],
        claims["exp"],
        claims.get("access") or [],
        str(claims.get("via", "")),
    )


def _plain(signature: bytes) -> bytes:
    """Return R and S, 32 bytes each, of DER: `30 length`, twice `02 length number`."""
    middle = 4 + signature[3]
    r, s = signature[4:middle], signature[middle + 2 :]
    return r[-32:].rjust(32, b"\0") + s[-32:].rjust(32, b"\0")


def _base64url(data: bytes) -> bytes:
    return b2a_base64(data, newline=False).translate(_URL_SAFE).rstrip(b"=")
