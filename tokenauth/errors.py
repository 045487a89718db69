"""What `/token` refuses, with code and status of the answer."""

from __future__ import annotations

from accounts.guide import Anchor


class TokenRefusal(Exception):
    """The base: `code` is the registry protocol's, `error` is RFC 6749's."""

    code, error, status = "UNKNOWN", "invalid_request", 400
    help: Anchor | None = None  # where the guide explains it


class InvalidRequest(TokenRefusal):
    """The request cannot be understood: our own word for everything that is 400."""

    help = Anchor.BAD_REQUEST

    code = "UNSUPPORTED"


class BodyTooLarge(InvalidRequest):
    """More than any client has to say."""

    status = 413


class UnsupportedGrantType(InvalidRequest):
    """POST with a grant type that nobody uses for registries."""

    error = "unsupported_grant_type"


class UnknownService(InvalidRequest):
    """The audience is not one of ours (F1)."""


class InvalidGrant(TokenRefusal):
    """Wrong password, token or secret, or the right one of an account that may not be used so."""

    help = Anchor.UNAUTHORIZED

    code, error, status = "UNAUTHORIZED", "invalid_grant", 401


class LoginEnded(InvalidGrant):
    """What docker kept is no login, or none any more, or for another service."""

    help = Anchor.ENDED


class Throttled(TokenRefusal):
    """Too many failures."""

    help = Anchor.TOO_MANY_REQUESTS

    code, error, status = "TOOMANYREQUESTS", "slow_down", 429

    def __init__(self, message: str, retry_after: int) -> None:
        """Keep the seconds to wait."""
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(Throttled):
    """Nobody can say now whether the password is right: the directory that keeps it is away."""

    help = Anchor.BUSY

    code, error, status = "UNAVAILABLE", "temporarily_unavailable", 503
