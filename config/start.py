"""What stops a web or worker process at its start, with a sentence."""

from __future__ import annotations

from tokenauth.signing.keys import SigningKeyMissing, signing_keys


def refuse_without_signing_key() -> None:
    """End the process where the signing key is missing or a file of the keys is broken (L14).

    Management commands do start then: they are what puts it right.
    """
    try:
        signing_keys.check()
    except SigningKeyMissing as trouble:
        message = f"Waybill does not start: {trouble}. See docs/operations/keys.md."
        raise SystemExit(message) from trouble
