"""Whose token it is, and where they are."""

from __future__ import annotations

from waybill.answers import Account, Organization
from waybill.call import Call, Listing, get


def whoami() -> Call[Account]:
    """The person whose token it is; wants a token with the part `profile:read`."""
    return get("user")


def organizations(*, page_size: int = 100) -> Listing[Organization]:
    """Those that one is in; wants `organizations:read`."""
    return Listing("organizations", {"page_size": page_size})
