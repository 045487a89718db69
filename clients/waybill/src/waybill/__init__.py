"""Talks to a Waybill server: `Waybill(url, token=…).ask(calls.repositories.one("acme/app"))`."""

from __future__ import annotations

from waybill import calls
from waybill.call import Call, Listing
from waybill.client import Waybill
from waybill.errors import (
    BadName,
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
    "Conflict",
    "Forbidden",
    "Invalid",
    "Listing",
    "NotFound",
    "NotLoggedIn",
    "Refusal",
    "Retries",
    "ServerAway",
    "TooMany",
    "Unavailable",
    "Waybill",
    "WaybillError",
    "calls",
]
