"""Is this an ID token that a listed issuer made for us, just now? (RFC 8725, OpenID Connect Core 3.1.3.7)"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any, NoReturn

import jwt
from django.conf import settings

from index.ci_issuers import CiIssuer, find_issuer
from tokenauth.workloads.errors import SubjectTokenRefused
from tokenauth.workloads.issuer_keys import ALGORITHMS, find_key

LEEWAY = 60  # seconds, for clocks that differ
MAXIMUM_AGE = 6 * 3600  # GitLab makes the token when a job starts, and jobs may take hours
_LONGEST = 16_000  # characters
_REQUIRED = ["iss", "sub", "aud", "exp", "iat"]


@dataclass(frozen=True, slots=True)
class IdToken:
    """A token that was checked."""

    issuer: CiIssuer
    token_id: str  # nobody can give the same token another one
    claims: dict[str, Any]


def check_id_token(text: str) -> IdToken:
    """Return what the token says; raise SubjectTokenRefused or IssuerUnavailable.

    The key is one of the issuer's own, found by `kid`; `jku`, `x5u`, `x5c` and `jwk` of the token
    are not looked at. The issuer is one that settings list, before anything is fetched.
    """
    if len(text) > _LONGEST or not text.isascii():
        _refuse("it is no JWT")
    try:
        header, claims = jwt.get_unverified_header(text), _unverified_claims(text)
        issuer = _listed(claims.get("iss"))
        algorithm = _check_header(header)
        key = find_key(issuer.url, kid=header["kid"], algorithm=algorithm)
        if key is None:
            _refuse(f"{issuer.url} has no key of that name")
        options: Any = {"require": _REQUIRED, "verify_aud": False}
        checked = jwt.decode(
            text, key, algorithms=[algorithm], issuer=issuer.url, leeway=LEEWAY, options=options
        )
        _check_claims(checked)
        return IdToken(issuer, _token_id(text, checked), checked)
    except jwt.ExpiredSignatureError:
        _refuse("it has expired: ask for a new one right before the exchange")
    except jwt.ImmatureSignatureError:
        _refuse("it is from the future: a clock is wrong")
    except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError):
        _refuse("it is not valid")


def _unverified_claims(text: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(text, options={"verify_signature": False})
    return claims


def _listed(issuer: Any) -> CiIssuer:
    found = find_issuer(issuer) if isinstance(issuer, str) else None
    if found is None:
        _refuse("its issuer is not trusted here; an administrator lists issuers")
    return found


def _check_header(header: dict[str, Any]) -> str:
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        _refuse(f"it must be signed with {' or '.join(ALGORITHMS)}")
    if not isinstance(kid, str) or not 0 < len(kid) <= 200:
        _refuse("its header names no key")
    if "crit" in header or str(header.get("typ", "JWT")).upper() != "JWT":
        _refuse("its header asks for what is not understood")
    return str(algorithm)


def _check_claims(claims: dict[str, Any]) -> None:
    """Check audience and age."""
    if claims["aud"] not in (settings.PUBLIC_URL, [settings.PUBLIC_URL]):
        _refuse(f"its audience is not {settings.PUBLIC_URL}: ask for a token with that `aud`")
    if int(claims["iat"]) < time.time() - MAXIMUM_AGE:
        _refuse(f"it is older than {MAXIMUM_AGE // 3600} hours")


def _token_id(text: str, claims: dict[str, Any]) -> str:
    """Return the token's `jti`; without one, which RFC 7519 leaves open (4.1.7), a digest of what was signed.

    The signature does not belong to it: who has one of ECDSA, (r, s), has (r, n - s) as well, and would have two tokens.
    """
    if "jti" not in claims:
        signed = text.rpartition(".")[0]
        return f"signed {hashlib.sha256(signed.encode()).hexdigest()}"
    token_id = claims["jti"]
    if not isinstance(token_id, str) or not 0 < len(token_id) <= 300:
        _refuse("its jti is no text")
    return token_id


def _refuse(reason: str) -> NoReturn:
    message = f"the ID token is refused: {reason}"
    raise SubjectTokenRefused(message)
