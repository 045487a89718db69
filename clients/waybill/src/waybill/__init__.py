"""Talks to a Waybill server: `Waybill(url, token=…).ask(calls.repositories.one("acme/app"))`."""

from __future__ import annotations

from waybill import calls
from waybill.call import Call, Listing, Seen
from waybill.client import Waybill
from waybill.errors import (
    BadName,
    Changed,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotLoggedIn,
    Refusal,
    ServerAway,
    TooMany,
    Unavailable,
    WaybillError,
)
from waybill.retries import Retries

__all__ = [
    "BadName",
    "Call",
    "Changed",
    "Conflict",
    "Forbidden",
    "Invalid",
    "Listing",
    "NotFound",
    "NotLoggedIn",
    "Refusal",
    "Retries",
    "Seen",
    "ServerAway",
    "TooMany",
    "Unavailable",
    "Waybill",
    "WaybillError",
    "calls",
]
