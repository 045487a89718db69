"""Why an ID token is not exchanged; the sentences are for the log of a CI job."""

from __future__ import annotations

from accounts.guide import Anchor
from tokenauth.errors import InvalidRequest, Throttled


class SubjectTokenRefused(InvalidRequest):
    """The ID token is none of ours, or nobody trusts this job (RFC 8693, 2.2.2: invalid_request)."""

    help = Anchor.CI

    code = "DENIED"


class IssuerUnavailable(Throttled):
    """The keys of the issuer cannot be had."""

    help = Anchor.CI

    code, error, status = "UNAVAILABLE", "temporarily_unavailable", 503

    def __init__(self, issuer: str, retry_after: int) -> None:
        """Say whose keys."""
        super().__init__(f"the keys of {issuer} cannot be fetched now: try again", retry_after)
