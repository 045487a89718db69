"""What a provider says of a person, and what is kept of it."""

from __future__ import annotations

from typing import Any

PROVED_ELSEWHERE = "proved_two_factors_elsewhere"  # in the session of who did so at the provider
_LONGEST_GROUP, _MOST_GROUPS = 200, 1000


def groups_in(claims: dict[str, Any], claim: str) -> list[str]:
    """Return the groups; without the claim, none: whoever lost all groups must not keep them."""
    value = claims.get(claim)
    values = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    texts = [entry for entry in values if isinstance(entry, str)]
    # PostgreSQL keeps no NUL.
    kept = [text for text in texts if 0 < len(text) <= _LONGEST_GROUP and "\0" not in text]
    return kept[:_MOST_GROUPS]


def is_email_verified(claims: dict[str, Any]) -> bool:
    """Whether the provider vouches for the address; some send the word instead of the value."""
    return claims.get("email_verified") in (True, "true")


def proved_two_factors(claims: dict[str, Any]) -> bool:
    """Whether the provider asked for more than one factor (RFC 8176)."""
    methods = claims.get("amr")
    return isinstance(methods, list) and "mfa" in methods


def kept_of(claims: dict[str, Any], *, groups_claim: str) -> dict[str, Any]:
    """Return what is stored with the connection: not the whole token."""
    return {
        "name": _text(claims.get("name")),
        "preferred_username": _text(claims.get("preferred_username")),
        "email": _text(claims.get("email")),
        "groups": groups_in(claims, groups_claim),
        "two_factors": proved_two_factors(claims),
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) and "\x00" not in value and len(value) <= 254 else ""
