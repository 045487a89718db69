"""What `/token` answers."""

from __future__ import annotations

import json
from collections.abc import Iterable

from accounts.guide import with_link
from accounts.lane import JSON, Answer, Headers
from tokenauth.errors import Throttled, TokenRefusal
from tokenauth.inputs import ACCESS_TOKEN_TYPE
from tokenauth.signing.tokens import Access

# Seconds that the gateway may hand the token of nobody to others: it counts whole ones, the last
# included, so 4 are up to 5 (measured).
_SHARED_FOR = "4"
_NO_STORE: Headers = [*JSON, ("Cache-Control", "no-store"), ("Vary", "Authorization")]
_SHARED: Headers = [*_NO_STORE, ("X-Accel-Expires", _SHARED_FOR)]
_EXCHANGED = json.dumps(  # RFC 8693, 2.2.1
    {"issued_token_type": ACCESS_TOKEN_TYPE, "token_type": "Bearer"}
).encode()[1:-1]


def token_answer(
    token: bytes,
    scope: str,
    refresh_token: str,
    *,
    lifetime: int,
    is_exchange: bool,
    may_be_shared: bool,
) -> Answer:
    """Return 200; `lifetime` in seconds. No `issued_at`: clients would compute with it on their own clock.

    Put together by hand: token, scope and refresh token are of characters that JSON takes as they
    are. `may_be_shared`: the gateway may keep it for a moment; nobody else ever.
    """
    body = b'{"token":"%b","access_token":"%b","expires_in":%d,"scope":"%b"' % (
        token, token, lifetime, scope.encode()
    )  # fmt: skip
    if is_exchange:
        body += b"," + _EXCHANGED
    if refresh_token:
        body += b',"refresh_token":"%b"' % refresh_token.encode()
    return Answer("200 OK", _SHARED if may_be_shared else _NO_STORE, body + b"}")


def scope_text(access: Iterable[Access]) -> str:
    """Return what was granted, as the answer says it."""
    return " ".join(
        f"{entry['type']}:{entry['name']}:{','.join(entry['actions'])}" for entry in access
    )


def refusal_answer(refusal: TokenRefusal) -> Answer:
    """Return the error in all four forms at once: registry, Hub's `details`, and RFC 6749."""
    message = with_link(str(refusal), refusal.help)
    body = {
        "errors": [{"code": refusal.code, "message": message, "detail": None}],
        "details": message,
        "error": refusal.error,
        "error_description": message,
    }
    headers = [*_NO_STORE]
    if isinstance(refusal, Throttled):
        headers.append(("Retry-After", str(refusal.retry_after)))
    return Answer(f"{refusal.status} {refusal.code}", headers, json.dumps(body).encode())


def to_passwords() -> Answer:
    """Let the gateway ask the servers that hash passwords, with the same method and body."""
    return Answer("200 OK", [*_NO_STORE, ("X-Accel-Redirect", "@passwords")], b"")


def method_not_allowed() -> Answer:
    """Return 405 in the registry protocol's form."""
    body = {"errors": [{"code": "UNSUPPORTED", "message": "method not allowed", "detail": None}]}
    return Answer(
        "405 Method Not Allowed",
        [*_NO_STORE, ("Allow", "GET, HEAD, POST")],
        json.dumps(body).encode(),
    )
