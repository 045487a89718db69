"""Where the guide explains what docker prints: the anchors of `docs/guide/en/errors.md`, and the link."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings

LONGEST = 200  # characters of one line that docker, podman and skopeo show whole (measured)
_PAGE = "/docs/errors/"


class Anchor(StrEnum):
    """A message that the guide explains; a test holds this and the page together."""

    UNAUTHORIZED = "unauthorized"
    TWO_FACTORS = "two-factors"
    NOT_VERIFIED = "not-verified"
    DISABLED = "disabled"
    TOKEN_ENDED = "token-ended"  # noqa: S105 - no token
    OTHER_ACCOUNT = "other-account"
    NETWORK = "network"
    ENDED = "ended"
    TOO_MANY_REQUESTS = "too-many-requests"
    BUSY = "busy"
    CI = "ci"
    PULL_ACCESS_DENIED = "pull-access-denied"
    NAME_UNKNOWN = "name-unknown"
    PULL_LIMIT = "pull-limit"
    DENIED = "denied"
    NAMESPACE = "namespace"
    TRASHED = "trashed"
    IMMUTABLE = "immutable"
    PLAN = "plan"
    HELD = "held"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"
    CLOCK = "clock"
    BAD_REQUEST = "bad-request"


def page_of(anchor: Anchor) -> str:
    """Return where the guide explains it, on this site."""
    return f"{_PAGE}#{anchor}"


def with_link(sentence: str, anchor: Anchor | None) -> str:
    """Return a message of one line with the address that explains it.

    As it is where it names an address already, which is nearer, or would get too long to be read.
    """
    if anchor is None or "://" in sentence:
        return sentence
    longer = f"{sentence.rstrip('.')}. See {settings.PUBLIC_URL}{page_of(anchor)}"
    return longer if len(longer) <= LONGEST else sentence
