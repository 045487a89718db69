"""Access tokens: claims, signature, and the check of our own signature."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

import jwt
from django.conf import settings

from tokenauth.signing.keys import signing_keys

LEEWAY = 60  # seconds, what registries give as well (F5)


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
) -> str:
    """Return a signed token. `lifetime` in seconds, the setting's without it.

    `credential`, `token:17`, says what proved the subject, so that the gateway can ask whether that
    still holds; it is a claim of ours, `via`, which registries ignore.

    `aud` is one string, times are integers, `nbf` is back-dated by a minute (design.md, facts 2
    and Tokens; protocol.md A.6). Raises SigningKeyMissing.
    """
    key = signing_keys.current()
    now = int(time.time())
    claims = {
        "iss": settings.ISSUER,
        "sub": subject,
        "aud": service,
        "exp": now + (lifetime or settings.TOKEN_LIFETIME),
        "nbf": now - 60,
        "iat": now,
        "jti": secrets.token_urlsafe(16),
        "access": list(access),
    }
    if credential:
        claims["via"] = credential
    return jwt.encode(claims, key.pair.key, algorithm="ES256", headers=key.header())


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
        claims["sub"], claims["iat"], claims.get("access") or [], str(claims.get("via", ""))
    )
