"""The question nginx asks for every registry request: where does it go, and is it still allowed?

The registry checks the token once more by itself; what is decided here is what only the index
knows: that the repository still exists, and that this principal may still do this.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.changes import LONGEST_MEMORY
from accounts.credential_kinds import Kind, Use, opens
from accounts.models import Namespace
from accounts.plans import plan_of, storage_limit
from accounts.principals import Principal
from index.denials import Who, note
from index.errors import (
    IndexRefusal,
    NameInvalid,
    NameTaken,
    OverQuota,
    TagIsImmutable,
)
from index.facts import Facts, facts_by_id, facts_by_name
from index.flows.create_repository import create_repository
from index.flows.quotas import check_storage, storage
from index.gateway import refusals
from index.gateway.holds import refuse_held
from index.gateway.paths import RegistryRequest
from index.gateway.refusals import AUTHENTICATION_REQUIRED, TokenNeeded
from index.immutable_tags import refuse_blob_deletion, refuse_change
from index.lookup import find_repository, todays_name
from index.models import Deletion, Repository, RepositoryState
from index.models.denial import Door
from index.names import parse_repository_name
from index.policy import may_create
from index.roles import Action
from index.rules import Decision, decide
from index.subjects import principal_from_subject
from tokenauth.signing.tokens import LEEWAY, AccessToken, AccessTokenInvalid, check_access_token


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds a valid token, and the token."""

    principal: Principal
    token: AccessToken
    until: datetime  # how long that is known to hold: whatever rests on it is remembered no longer

    def holds(self, name: str) -> frozenset[str]:
        """Return the actions on a repository that the token carries."""
        return self.token.grants("repository", name)


@dataclass(frozen=True, slots=True)
class Route:
    """The registry that keeps the repository, and its address there.

    The address is "" where it is what the client asked for: then nginx passes that on, byte for
    byte. `until`: when the first of the grants ends that the answer rests on.
    """

    registry: str
    address: str
    until: datetime | None = None


def identify(authorization: str, *, scope: str) -> Caller:
    """Return who holds the Bearer token; raise TokenNeeded."""
    scheme, _, value = authorization.partition(" ")
    is_open = opens(Kind.REGISTRY_TOKEN, Use.GATEWAY)
    if not is_open or scheme.lower() != "bearer" or not value:
        raise TokenNeeded(AUTHENTICATION_REQUIRED, scope=scope)
    try:
        token = check_access_token(value, service=settings.SERVICE)
    except AccessTokenInvalid as error:
        message = "the token is not valid (any more)"
        raise TokenNeeded(message, scope=scope, problem="invalid_token") from error
    principal = principal_from_subject(token.subject, token.credential, issued_at=token.issued_at)
    if principal is None:
        message = "the account or the access token behind this login is gone, expired or disabled"
        raise TokenNeeded(message, scope=scope, problem="invalid_token")
    known_until = timezone.now() + timedelta(seconds=LONGEST_MEMORY)
    token_ends = datetime.fromtimestamp(token.expires_at + LEEWAY, UTC)
    return Caller(principal, token, min(known_until, token_ends, principal.until or token_ends))


def find_route(request: RegistryRequest, caller: Caller, *, address: str) -> Route:
    """Return where to send the request; raise an IndexRefusal. `address` is the client's."""
    facts = _find(request, caller.principal)
    if facts is None:
        facts = _create_at_first_push(request, caller, address)
    decision = decide(facts.standing(caller.principal))
    if not request.needs <= decision.actions:
        _note(request, caller, address, facts.repository_id, decision)
        raise refusals.denied(request, caller.principal, facts.name, decision)
    _check_token(request, caller, facts)
    if not request.is_read:
        refuse_held(request, facts)
        try:
            _check_writing(request, facts)
        except (OverQuota, TagIsImmutable) as refusal:
            why = "quota" if isinstance(refusal, OverQuota) else "immutable-tag"
            _note(request, caller, address, facts.repository_id, why)
            raise
    source = _check_mount(request, caller) if request.mount_from else ""
    asks_for = request.address(name=facts.stored_name, mount_from=source)
    return Route(facts.registry, asks_for, facts.until)


def _find(request: RegistryRequest, principal: Principal) -> Facts | None:
    """Return the facts if the principal may pull: as much work for what is hidden as for no name."""
    facts = facts_by_name(principal, [request.name.value]).get(request.name.value)
    if facts and Action.PULL in decide(facts.standing(principal)).actions:
        return facts
    repository = find_repository(Repository.objects.visible_to(principal), request.name)
    return facts_by_id(principal, [repository.pk])[repository.pk] if repository else None


def _create_at_first_push(request: RegistryRequest, caller: Caller, address: str) -> Facts:
    hidden = facts_by_name(caller.principal, [request.name.value]).get(request.name.value)
    _refuse_ended(request, caller, address, hidden)
    if not request.starts_push or may_create(caller.principal, request.name).role is None:
        _note_unseen(request, caller, address, hidden)
        raise refusals.unseen(request, caller.principal)
    _check_held(request, caller, todays_name(request.name).value)
    namespace = Namespace.objects.called(request.name.namespace).get()
    check_storage(namespace, limit=storage(namespace, plan_of(namespace)).limit)
    refusal: IndexRefusal = refusals.unseen(request, caller.principal)  # where it is gone at once
    try:
        create_repository(request.name, by=caller.principal, to_push=True)
    except NameTaken as error:  # perhaps another layer of the same push was first
        refusal = error
    facts = _find(request, caller.principal)
    if facts is None:
        raise refusal
    return facts


def _check_token(request: RegistryRequest, caller: Caller, facts: Facts) -> None:
    """Send the client for another token where the policy says yes and the token does not.

    What counts is what the registry will look for: the name that it knows the repository by. A
    token from before the name changed hands was for another repository (F2).
    """
    since = facts.tokens_not_before
    if since and caller.token.issued_at < since.timestamp():
        raise refusals.insufficient(request)
    _check_held(request, caller, facts.stored_name)


def _check_held(request: RegistryRequest, caller: Caller, stored_name: str) -> None:
    if not request.needs <= caller.holds(stored_name):
        raise refusals.insufficient(request)


def _check_writing(request: RegistryRequest, facts: Facts) -> None:
    """Refuse what the plan has no room for; last what would change an immutable tag: it is claimed."""
    if request.starts_push:
        limited = Repository.objects.annotate(storage_limit=storage_limit("namespace__"))
        repository = limited.select_related("namespace").get(pk=facts.repository_id)
        check_storage(repository.namespace, limit=repository.storage_limit)  # type: ignore[attr-defined]
    if facts.immutable_tags:
        repository = Repository.objects.select_related("registry").get(pk=facts.repository_id)
        if request.reference:
            refuse_change(repository, request.method, request.reference, request.query)
        elif request.method == "DELETE":
            refuse_blob_deletion(repository)


def _check_mount(request: RegistryRequest, caller: Caller) -> str:
    """Return what the registry calls the source of a mount, which must be readable too.

    Clients take a refusal and upload instead.
    """
    try:
        name = parse_repository_name(request.mount_from)
    except NameInvalid as error:
        raise refusals.insufficient(request) from error
    source = _find(replace(request, name=name), caller.principal)
    if source is None or Action.PULL not in caller.holds(source.stored_name):
        raise refusals.insufficient(request)
    return source.stored_name


def _refuse_ended(
    request: RegistryRequest, caller: Caller, address: str, facts: Facts | None
) -> None:
    """Say what became of it to whoever might push to it otherwise; to all others it is not there."""
    if facts is None or facts.live:
        return
    alive = decide(replace(facts.standing(caller.principal), live=True))
    if Action.PUSH not in alive.actions:
        return
    deletions = Deletion.objects.filter(repository=facts.repository_id, finished_at=None)
    deletion = deletions.select_related("repository").first()
    if deletion:
        _note_unseen(request, caller, address, facts)
        is_in_trash = deletion.repository.state == RepositoryState.TRASHED
        raise refusals.ended(request, until=deletion.purge_after if is_in_trash else None)


def _note_unseen(
    request: RegistryRequest, caller: Caller, address: str, facts: Facts | None
) -> None:
    """Note a denial, if there is such a repository; the answer does not tell."""
    decision = decide(facts.standing(caller.principal)) if facts else ""
    _note(request, caller, address, facts.repository_id if facts else None, decision)


def _note(
    request: RegistryRequest,
    caller: Caller,
    address: str,
    repository: int | None,
    why: Decision | str,
) -> None:
    note(
        repository,
        who=Who(caller.principal.subject, caller.principal.credential, address),
        door=Door.GATEWAY,
        asked=request.needs,
        granted=why.actions if isinstance(why, Decision) else frozenset(),
        why=why,
    )
