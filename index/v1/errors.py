"""What the v1 doors refuse, with the status and the challenge of the answer."""

from __future__ import annotations


class V1Refusal(Exception):
    """The base; `str()` is a short sentence for people."""

    status = 400
    challenge = ""


class InputRefused(V1Refusal):
    """The body is not what this call takes."""


class LoginNeeded(V1Refusal):
    """Nobody, or a wrong password. The challenge is docker-registry's, to the letter."""

    status = 401
    challenge = 'Basic realm="auth required",Token'


class TokenRefused(V1Refusal):
    """A v1 token that is unknown, used up, expired or for something else."""

    status = 401
    challenge = "Token"


class AccountRefused(V1Refusal):
    """The password is right; the account may not be used, or not for this."""

    status = 403


class Throttled(V1Refusal):
    """Too many of these lately."""

    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        """Keep the seconds to wait."""
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(Throttled):
    """Nobody can say now whether the password is right: the directory that keeps it is away."""

    status = 503
