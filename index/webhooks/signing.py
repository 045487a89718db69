"""Signatures of deliveries, as Standard Webhooks has them (https://www.standardwebhooks.com).

`verify` is what docs/webhooks.md gives to receivers: it stands on Python's standard library alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterable, Mapping

TOLERANCE = 300  # seconds


class SignatureWrong(Exception):
    """The message is not from the sender that shares the secret, or it is an old one."""


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers_for(
    secrets: Iterable[str], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the headers of one attempt, with a signature by each secret that holds."""
    signatures = [sign(secret, message_id, timestamp, body) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Waybill-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float | None = None) -> None:
    """Raise SignatureWrong unless the body is as it was sent, a moment ago, with this secret.

    `headers` are those of the request with names in lower case; `body` are its bytes as they came.
    """
    sent = headers.get("webhook-timestamp", "")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 12):
        message = "no timestamp"
        raise SignatureWrong(message)
    if abs((time.time() if now is None else now) - int(sent)) > TOLERANCE:
        message = "too old, or from the future: compare the clocks"
        raise SignatureWrong(message)
    expected = sign(secret, headers.get("webhook-id", ""), int(sent), body).encode()
    given = headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(expected, one.encode()) for one in given):
        message = "no signature is right"
        raise SignatureWrong(message)
