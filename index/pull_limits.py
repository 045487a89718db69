"""How many images one may pull: limits like Docker Hub's, off unless the operator sets them.

What counts is the `GET` of a manifest. A `HEAD` is free and shows what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.principals import Principal
from index.errors import IndexRefusal


@dataclass(frozen=True, slots=True)
class PullAllowance:
    """What a limit leaves, as the answer of a manifest says it."""

    limit: str  # `ratelimit-limit`: 100;w=21600
    remaining: str  # `ratelimit-remaining`: 76;w=21600
    source: str  # `docker-ratelimit-source`: whom it is counted for


class PullLimitReached(IndexRefusal):
    """The limit is used up; the sentence says which, and what to do."""

    code, status = "TOOMANYREQUESTS", 429

    def __init__(self, message: str, *, retry_after: int, allowance: PullAllowance) -> None:
        """Keep the seconds until the next pull, and what the headers say."""
        super().__init__(message)
        self.retry_after = retry_after
        self.allowance = allowance


def count_pull(principal: Principal, address: str, *, is_head: bool) -> PullAllowance | None:
    """Count the pull of a manifest, or with `is_head` only look; raise PullLimitReached.

    None where nothing is counted: limits are off, or whoever pulls is exempt.
    """
    return None
