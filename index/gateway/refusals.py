"""What the gateway refuses, in words that docker shows: what is missing and who can change that."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from accounts.guide import Anchor
from accounts.principals import Principal
from index.errors import (
    Denied,
    IndexRefusal,
    MayNotCreate,
    NameInvalid,
    RepositoryUnknown,
    Unauthorized,
)
from index.flows.create_repository import creation_refusal
from index.gateway.paths import RegistryRequest
from index.policy import narrowed_by_token
from index.reasons import obstacle
from index.rules import Decision

_LOGIN = f"docker login {settings.PUBLIC_HOST}"
_TOKENS = f"{settings.PUBLIC_URL}/settings/tokens"
# Limits that concern everybody with a role.
_OF_REPOSITORY = frozenset({"read-only", "archived", "frozen", "builders", "promotion"})


_EXPLAINED = {
    "insufficient_scope": Anchor.PULL_ACCESS_DENIED,
    "invalid_token": Anchor.CLOCK,
}
AUTHENTICATION_REQUIRED = "authentication required"


class TokenNeeded(Unauthorized):
    """The client is to fetch a token for `scope`; `problem` is the challenge's `error`."""

    def __init__(self, message: str, *, scope: str, problem: str = "") -> None:
        """Keep what the challenge will say."""
        super().__init__(message)
        self.scope = scope
        self.problem = problem
        self.help = _EXPLAINED.get(problem)


def scope_of(request: RegistryRequest) -> str:
    """Return the scope that the request needs, as a challenge writes it."""
    scopes = [f"repository:{request.name}:{','.join(sorted(request.needs))}"]
    if request.mount_from:
        scopes.append(f"repository:{request.mount_from}:pull")
    return " ".join(scopes)


def denied(
    request: RegistryRequest, principal: Principal, name: str, decision: Decision
) -> IndexRefusal:
    """Return the refusal of what the policy does not allow on a repository that may be seen."""
    missing = request.needs - decision.actions
    if principal.is_anonymous:
        message = f"to {' and '.join(sorted(missing))} {request.name}, log in: {_LOGIN}"
        return TokenNeeded(message, scope=scope_of(request), problem="insufficient_scope")
    may, wants = " and ".join(sorted(decision.actions)), " and ".join(sorted(missing))
    if narrowed_by_token(principal, name, missing):
        return Denied(
            f"this access token of '{principal.name}' may {may} but not {wants} "
            f"{request.name}. Make one that may: {_TOKENS}"
        )
    page = f"{settings.PUBLIC_URL}/r/{request.name}"
    hindered_by = obstacle(decision, missing)
    if hindered_by and hindered_by.code in _OF_REPOSITORY:
        return Denied(f"{request.name}: {hindered_by.words}; {hindered_by.remedy}: {page}")
    refusal = f"'{principal.name}' may {may} but not {wants} {request.name}."
    if principal.user is None:
        return Denied(f"{refusal} Its owners can change that: {page}")
    why = f"{settings.PUBLIC_URL}/settings/explain/{request.name}"
    return Denied(f"{refusal} Why, and how to ask for it: {why}")


def ended(request: RegistryRequest, *, until: datetime | None) -> IndexRefusal:
    """Return the refusal of what was deleted, and can perhaps still be had back until then."""
    kind = RepositoryUnknown if request.is_read else Denied
    if until is None:
        return kind(f"{request.name} is being deleted: its name is free some minutes after that")
    return kind(
        f"{request.name} is in the trash until {until:%Y-%m-%d %H:%M} UTC: its admins take it out, "
        f"or delete it for good, at {settings.PUBLIC_URL}/trash"
    )


def unseen(request: RegistryRequest, principal: Principal) -> IndexRefusal:
    """Return the same for a repository that is not there and one the caller may not know of."""
    if principal.is_anonymous:
        return insufficient(request)
    if request.starts_push:
        return MayNotCreate(creation_refusal(principal, request.name))
    if narrowed_by_token(principal, request.name.value, request.needs):
        return RepositoryUnknown(
            f"{request.name} does not exist, or this access token of '{principal.name}' "
            f"may not see it. Another token? {_TOKENS}"
        )
    return RepositoryUnknown(
        f"{request.name} does not exist, or '{principal.name}' may not see it. "
        f"Other account? {_LOGIN}. Why not: {settings.PUBLIC_URL}/settings/explain/{request.name}"
    )


def insufficient(request: RegistryRequest) -> TokenNeeded:
    """Send the client for another token."""
    message = f"{request.name} does not exist, or you need to log in: {_LOGIN}"
    return TokenNeeded(message, scope=scope_of(request), problem="insufficient_scope")


def as_client_wants_it(refusal: IndexRefusal, method: str) -> IndexRefusal:
    """Return what to tell the client: docker repeats a push for 50 seconds unless it is denied."""
    if isinstance(refusal, NameInvalid) and method in {"POST", "PUT", "PATCH"}:
        return Denied(str(refusal))
    return refusal
