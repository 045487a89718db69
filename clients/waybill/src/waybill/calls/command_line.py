"""A session by a browser (RFC 8628): nobody has to be logged in for this, and one ends it."""

from __future__ import annotations

from waybill.call import Call, delete, post
from waybill.session_answers import CommandLineSession, DeviceLogin


def begin(*, machine: str = "") -> Call[DeviceLogin]:
    """Ask for a code; `machine` is shown to whoever approves."""
    return post("command-line/logins", machine=machine)


def fetch(device_code: str) -> Call[CommandLineSession]:
    """Get the session; `Invalid` with the code `authorization-pending` is "not yet"."""
    return post("command-line/sessions", device_code=device_code)


def end() -> Call[None]:
    """Log out: the session that sends this is good for nothing from then on."""
    return delete("user/sessions/this")
