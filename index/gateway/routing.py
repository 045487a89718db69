"""The question nginx asks for every registry request: where does it go, and is it still allowed?

The registry checks the token once more by itself; what is decided here is what only the index
knows: that the repository still exists, and that this principal may still do this.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.models import Namespace
from accounts.plans import plan_of, storage_limit
from accounts.principals import Principal
from index.errors import (
    Denied,
    IndexRefusal,
    NameInvalid,
    NameTaken,
    RepositoryUnknown,
    Unauthorized,
)
from index.flows.create_repository import create_repository, creation_refusal
from index.flows.quotas import check_storage, storage
from index.gateway.paths import RegistryRequest
from index.lookup import find_repository, todays_name
from index.models import Registry, Repository
from index.names import parse_repository_name
from index.policy import allowed_actions, may_create, narrowed_by_token
from index.roles import Action
from index.rules import Decision
from index.subjects import principal_from_subject
from tokenauth.signing.tokens import AccessToken, AccessTokenInvalid, check_access_token

_LOGIN = f"docker login {settings.PUBLIC_HOST}"
_TOKENS = f"{settings.PUBLIC_URL}/settings/tokens"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds a valid token, and the token."""

    principal: Principal
    token: AccessToken

    def holds(self, name: str) -> frozenset[str]:
        """Return the actions on a repository that the token carries."""
        return self.token.grants("repository", name)


class TokenNeeded(Unauthorized):
    """The client is to fetch a token for `scope`; `problem` is the challenge's `error`."""

    def __init__(self, message: str, *, scope: str, problem: str = "") -> None:
        """Keep what the challenge will say."""
        super().__init__(message)
        self.scope = scope
        self.problem = problem


def identify(authorization: str, *, scope: str) -> Caller:
    """Return who holds the Bearer token; raise TokenNeeded."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "bearer" or not value:
        message = "authentication required"
        raise TokenNeeded(message, scope=scope)
    try:
        token = check_access_token(value, service=settings.SERVICE)
    except AccessTokenInvalid as error:
        message = "the token is not valid (any more)"
        raise TokenNeeded(message, scope=scope, problem="invalid_token") from error
    principal = principal_from_subject(token.subject, token.credential)
    if principal is None:
        message = "the account or the access token behind this login is gone, expired or disabled"
        raise TokenNeeded(message, scope=scope, problem="invalid_token")
    return Caller(principal, token)


@dataclass(frozen=True, slots=True)
class Route:
    """The registry that keeps the repository, and its address there.

    The address is "" where it is what the client asked for: then nginx passes that on, byte for byte.
    """

    registry: Registry
    address: str


def find_route(request: RegistryRequest, authorization: str) -> Route:
    """Return where to send the request; raise an IndexRefusal."""
    caller = identify(authorization, scope=scope_of(request))
    repository = _find(request, caller.principal)
    if repository is None:
        repository = _create_at_first_push(request, caller)
    _check_policy(request, caller, repository)
    _check_token(request, caller, repository.stored_name)
    source = _check_mount(request, caller) if request.mount_from else ""
    if request.starts_push:
        check_storage(repository.namespace, limit=getattr(repository, "storage_limit", None))
    address = request.address(name=repository.stored_name, mount_from=source)
    return Route(repository.registry, address)


def as_client_wants_it(refusal: IndexRefusal, method: str) -> IndexRefusal:
    """Return what to tell the client: docker repeats a push for 50 seconds unless it is denied."""
    if isinstance(refusal, NameInvalid) and method in {"POST", "PUT", "PATCH"}:
        return Denied(str(refusal))
    return refusal


def scope_of(request: RegistryRequest) -> str:
    """Return the scope that the request needs, as a challenge writes it."""
    scopes = [f"repository:{request.name}:{','.join(sorted(request.needs))}"]
    if request.mount_from:
        scopes.append(f"repository:{request.mount_from}:pull")
    return " ".join(scopes)


def _find(request: RegistryRequest, principal: Principal) -> Repository | None:
    """Return it if the principal may pull it: as many queries for a hidden one as for no name.

    For what adds content the limit of its namespace comes along, as `storage_limit`.
    """
    visible = Repository.objects.visible_to(principal)
    if request.starts_push:
        visible = visible.annotate(storage_limit=storage_limit("namespace__"))
    return find_repository(visible, request.name)


def _create_at_first_push(request: RegistryRequest, caller: Caller) -> Repository:
    if not request.starts_push or may_create(caller.principal, request.name).role is None:
        raise _refuse_unseen(request, caller)
    _check_token(request, caller, todays_name(request.name).value)
    namespace = Namespace.objects.called(request.name.namespace).get()
    check_storage(namespace, limit=storage(namespace, plan_of(namespace)).limit)
    try:
        return create_repository(request.name, by=caller.principal)
    except NameTaken:  # perhaps another layer of the same push was first
        repository = _find(request, caller.principal)
        if repository is None:
            raise
        return repository


def _check_policy(request: RegistryRequest, caller: Caller, repository: Repository) -> None:
    decision = allowed_actions(caller.principal, repository)
    missing = request.needs - decision.actions
    if not missing:
        return
    if caller.principal.is_anonymous:
        message = f"to {' and '.join(sorted(missing))} {request.name}, log in: {_LOGIN}"
        raise TokenNeeded(message, scope=scope_of(request), problem="insufficient_scope")
    is_narrowed = narrowed_by_token(caller.principal, repository.name, missing)
    raise Denied(_what_is_missing(request, caller, decision, missing, is_narrowed=is_narrowed))


def _what_is_missing(
    request: RegistryRequest,
    caller: Caller,
    decision: Decision,
    missing: frozenset[Action],
    *,
    is_narrowed: bool,
) -> str:
    may = " and ".join(sorted(decision.actions))
    wants = " and ".join(sorted(missing))
    if is_narrowed:
        return (
            f"this access token of '{caller.principal.name}' may {may} but not {wants} "
            f"{request.name}. Make one that may: {_TOKENS}"
        )
    return (
        f"'{caller.principal.name}' may {may} but not {wants} {request.name}. "
        f"Its owners can change that: {settings.PUBLIC_URL}/r/{request.name}"
    )


def _refuse_unseen(request: RegistryRequest, caller: Caller) -> IndexRefusal:
    """Answer alike for a repository that is not there and one the caller may not know of."""
    if caller.principal.is_anonymous:
        return _insufficient(request)
    if request.starts_push:
        return Denied(creation_refusal(caller.principal, request.name))
    if narrowed_by_token(caller.principal, request.name.value, request.needs):
        return RepositoryUnknown(
            f"{request.name} does not exist, or this access token of '{caller.principal.name}' "
            f"may not see it. Another token? {_TOKENS}"
        )
    return RepositoryUnknown(
        f"{request.name} does not exist, or '{caller.principal.name}' may not see it. "
        f"Other account? {_LOGIN}"
    )


def _check_token(request: RegistryRequest, caller: Caller, stored_name: str) -> None:
    """Send the client for another token where the policy says yes and the token does not.

    What counts is what the registry will look for: the name that it knows the repository by.
    """
    if not request.needs <= caller.holds(stored_name):
        raise _insufficient(request)


def _check_mount(request: RegistryRequest, caller: Caller) -> str:
    """Return what the registry calls the source of a mount, which must be readable too.

    Clients take a refusal and upload instead.
    """
    visible = Repository.objects.visible_to(caller.principal)
    try:
        source = find_repository(visible, parse_repository_name(request.mount_from))
    except NameInvalid:
        source = None
    if source is None or Action.PULL not in caller.holds(source.stored_name):
        raise _insufficient(request)
    return source.stored_name


def _insufficient(request: RegistryRequest) -> TokenNeeded:
    message = f"{request.name} does not exist, or you need to log in: {_LOGIN}"
    return TokenNeeded(message, scope=scope_of(request), problem="insufficient_scope")
