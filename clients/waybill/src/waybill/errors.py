"""What can go wrong, by kind; the sentence is the server's own where it said one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Fields = Mapping[str, Sequence[str]]


class WaybillError(Exception):
    """Everything that this package raises on purpose."""


class BadName(WaybillError):
    """A name that cannot stand in an address."""


class ServerAway(WaybillError):
    """No answer, or none that means anything: the network, or a server that is down."""


class Refusal(WaybillError):
    """The server answered, and said no: problem details (RFC 9457)."""

    def __init__(
        self,
        status: int,
        *,
        title: str = "",
        detail: str = "",
        code: str = "",
        errors: Fields | None = None,
        retry_after: float | None = None,
    ) -> None:
        """Keep what the answer says; `errors` are sentences by field."""
        self.status = status
        self.title = title
        self.detail = detail
        self.code = code
        self.errors: Fields = errors or {}
        self.retry_after = retry_after
        super().__init__(detail or title or f"the server answered {status}")


class Invalid(Refusal):
    """What was sent is wrong: 400, 413, 415, 422."""


class NotLoggedIn(Refusal):
    """No credential, or one that does not hold any more: 401."""


class Forbidden(Refusal):
    """Known, and not allowed: 403."""


class NotFound(Refusal):
    """Not there, or not for you to know of: 404, 410."""


class Conflict(Refusal):
    """It would collide with what is there: 409."""


class Changed(Conflict):
    """It is not what was seen any more, or gone: 412. Read it again."""


class TooMany(Refusal):
    """Too many calls: 429; `retry_after` says how many seconds to wait."""


class Unavailable(Refusal, ServerAway):
    """The server is there and cannot answer now: 5xx."""


_KINDS: Mapping[int, type[Refusal]] = {
    400: Invalid,
    401: NotLoggedIn,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: NotFound,
    412: Changed,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    429: TooMany,
}


def kind_of(status: int) -> type[Refusal]:
    """Return the class for a status."""
    return Unavailable if status >= 500 else _KINDS.get(status, Refusal)
