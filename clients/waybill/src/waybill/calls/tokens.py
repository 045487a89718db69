"""One's own access tokens; for sessions alone."""

from __future__ import annotations

from collections.abc import Sequence

from waybill.call import Call, Listing, delete, post
from waybill.session_answers import NewToken, Token


def every(*, page_size: int = 100) -> Listing[Token]:
    """Those in use, the newest first."""
    return Listing("user/tokens", {"page_size": page_size})


def create(
    name: str,
    repositories: Sequence[str],
    *,
    expires_at: str | None,
    actions: Sequence[str] = (),
    api_parts: Sequence[str] = (),
    networks: Sequence[str] = (),
) -> Call[NewToken]:
    """Make one; `expires_at` is ISO 8601, None never. The answer alone has the secret."""
    return post(
        "user/tokens",
        name=name,
        repositories=list(repositories),
        actions=list(actions),
        api_parts=list(api_parts),
        networks=list(networks),
        expires_at=expires_at,
    )


def rotate(token_id: int) -> Call[NewToken]:
    """Put a new secret in its place; the old one ends at once."""
    return post(f"user/tokens/{token_id}/rotate")


def revoke(token_id: int) -> Call[None]:
    """End it at once."""
    return delete(f"user/tokens/{token_id}")
