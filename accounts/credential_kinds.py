"""Which kind of credential may do what: the one table, and nothing by default.

Each door asks it about what it was shown, before it looks whose it is. That narrows the kind alone:
what the holder may do is the policy's, what an access token leaves of that is `token_limits`'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from accounts.errors import InvalidCredentials
from accounts.principals import BY_DOCKER, COMMAND_LINE, Principal


class Kind(StrEnum):
    """A kind of credential, as people call it."""

    SESSION = "browser session"
    COMMAND_LINE = "command line session"
    PASSWORD = "account password"  # noqa: S105 - a kind's name, like those below
    ACCESS_TOKEN = "personal access token"  # noqa: S105
    ROBOT_SECRET = "robot's secret"  # noqa: S105
    DOCKER_CREDENTIAL = "docker credential"
    MACHINE = "refresh token"
    JOB_SECRET = "CI job's secret"  # noqa: S105
    ID_TOKEN = "CI job's ID token"  # noqa: S105
    REGISTRY_TOKEN = "registry token"  # noqa: S105
    V1_TOKEN = "v1 token"  # noqa: S105
    EVENTS_SECRET = "registry's events secret"  # noqa: S105


class Use(StrEnum):
    """What a credential may be used for, as people call it."""

    PAGES = "pages"
    API_READ = "REST: read"
    API_WRITE = "REST: write"
    CREDENTIALS = "REST: credentials"
    ADMINISTRATION = "REST: administration"
    PROMOTIONS = "REST: promotions"
    DOCKER_CREDENTIALS = "REST: docker credentials"
    TOKEN = "/token"  # noqa: S105 - an address
    REFRESH_TOKEN = "refresh token"  # noqa: S105 - what one gets
    GATEWAY = "/v2/"
    V1 = "v1"
    V1_ACCOUNT = "v1: own account"
    SEARCH = "v1 search"
    EVENTS = "events"


# What is not here opens nothing.
_OPENS: Mapping[Kind, frozenset[Use]] = {
    Kind.SESSION: frozenset(
        {
            Use.PAGES, Use.API_READ, Use.API_WRITE, Use.CREDENTIALS, Use.ADMINISTRATION,
            Use.PROMOTIONS,
        }
    ),
    # What a browser's session may, but for the pages: those are for people who look at them.
    Kind.COMMAND_LINE: frozenset(
        {
            Use.API_READ, Use.API_WRITE, Use.CREDENTIALS, Use.ADMINISTRATION, Use.PROMOTIONS,
            Use.DOCKER_CREDENTIALS,
        }
    ),
    Kind.PASSWORD: frozenset(
        {
            Use.API_READ, Use.API_WRITE, Use.PROMOTIONS, Use.TOKEN, Use.REFRESH_TOKEN, Use.V1,
            Use.V1_ACCOUNT, Use.SEARCH,
        }
    ),
    Kind.ACCESS_TOKEN: frozenset(
        {
            Use.API_READ, Use.API_WRITE, Use.PROMOTIONS, Use.DOCKER_CREDENTIALS, Use.TOKEN, Use.V1,
            Use.SEARCH,
        }
    ),
    Kind.ROBOT_SECRET: frozenset(
        {
            Use.API_READ, Use.PROMOTIONS, Use.DOCKER_CREDENTIALS, Use.TOKEN, Use.V1, Use.SEARCH,
        }
    ),
    # Of these what its parent opens as well, if that is narrow (accounts.proofs).
    Kind.DOCKER_CREDENTIAL: frozenset({Use.TOKEN, Use.V1, Use.SEARCH}),
    Kind.MACHINE: frozenset({Use.TOKEN, Use.SEARCH}),
    Kind.JOB_SECRET: frozenset({Use.PROMOTIONS, Use.TOKEN, Use.SEARCH}),
    Kind.ID_TOKEN: frozenset({Use.TOKEN}),
    Kind.REGISTRY_TOKEN: frozenset({Use.GATEWAY, Use.SEARCH}),
    Kind.V1_TOKEN: frozenset({Use.V1}),
    Kind.EVENTS_SECRET: frozenset({Use.EVENTS}),
}  # fmt: skip

# How a secret of ours begins (opaque_tokens); one that begins so and is not here is of no kind.
_OURS = re.compile(r"(wb[a-z])_", re.ASCII)
_PREFIXES = {
    "wbc": Kind.COMMAND_LINE,
    "wbe": Kind.EVENTS_SECRET,
    "wbk": Kind.DOCKER_CREDENTIAL,
    "wbp": Kind.ACCESS_TOKEN,
    "wbs": Kind.ROBOT_SECRET,
    "wbr": Kind.MACHINE,
    "wbw": Kind.JOB_SECRET,
    "wbx": Kind.V1_TOKEN,
}
# What `Principal.credential` and a registry token's `via` begin with.
_PROOFS = {
    COMMAND_LINE: Kind.COMMAND_LINE,
    "token": Kind.ACCESS_TOKEN,
    "secret": Kind.ROBOT_SECRET,
    "machine": Kind.MACHINE,
    "": Kind.PASSWORD,
}


def opens(kind: Kind | None, use: Use) -> bool:
    """Whether a credential of this kind may be used for that; one of no known kind for nothing."""
    return kind is not None and use in _OPENS.get(kind, ())


def check_opens(kind: Kind | None, use: Use) -> None:
    """Raise InvalidCredentials unless a credential of this kind may be used for that."""
    if not opens(kind, use):
        message = "this kind of credential is not for this door"
        raise InvalidCredentials(f"{message}: it is a {kind}" if kind else message)


def kind_of_secret(secret: str, *, login: str = "") -> Kind | None:
    """Return what was shown as a password: by its beginning, by a robot's login, or a password."""
    ours = _OURS.match(secret)
    if ours:
        return _PREFIXES.get(ours[1])
    is_robot = "+" in login and "@" not in login  # ann+docker@example.com is a person
    return Kind.ROBOT_SECRET if is_robot else Kind.PASSWORD


def kind_of_bearer(value: str) -> Kind | None:
    """Return what was shown as `Bearer`: by its beginning, or a registry token."""
    ours = _OURS.match(value)
    return _PREFIXES.get(ours[1]) if ours else Kind.REGISTRY_TOKEN


def kind_of(principal: Principal) -> Kind | None:
    """Return what proved it, where it was no session; None for anybody."""
    if principal.workload:
        return Kind.JOB_SECRET
    if principal.is_anonymous:
        return None
    if principal.credential.startswith(BY_DOCKER):
        return Kind.DOCKER_CREDENTIAL
    return _PROOFS.get(principal.credential.partition(":")[0])
