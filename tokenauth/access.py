"""What a token grants: requested ∩ allowed, each scope decided alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from accounts.principals import Principal
from index.errors import NameInvalid
from index.facts import Facts, facts_by_id
from index.lookup import find_repository, todays_name
from index.models import Registry, Repository
from index.names import RepositoryName, parse_repository_name
from index.policy import may_create
from index.roles import EVERY_ACTION, Action
from index.rules import Decision, decide
from tokenauth.errors import UnknownService
from tokenauth.scopes import ResourceScope
from tokenauth.signing.tokens import Access

_NOTHING: frozenset[Action] = frozenset()
# Names of one request that are no repository of today's, or a hidden one: each costs four statements
# and more, and no client asks for more than a few.
_MOST_LOOKED_FOR = 5


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A scope of a repository of which less was granted than asked for."""

    repository: int | None  # None where there is none of the name
    asked: frozenset[str]
    granted: frozenset[str]
    why: Decision | str


@dataclass(slots=True)
class Granted:
    """What a token will say, when the first of the grants behind it ends, and what it lacks."""

    access: list[Access] = field(default_factory=list)
    until: datetime | None = None
    shortfalls: list[Shortfall] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    """What one name leads to: the registry's name for it, what is allowed, and why not more."""

    stored_name: str
    allowed: frozenset[Action]
    repository: int | None = None
    why: Decision | str = ""
    until: datetime | None = None


def check_service(service: str) -> None:
    """Raise UnknownService unless it is exactly the gateway's or a registry's own (F1, case 1)."""
    if service == settings.SERVICE:
        return
    if not service or not Registry.objects.filter(service=service).exists():
        message = f"unknown service: this index issues tokens for service={settings.SERVICE}"
        raise UnknownService(message)


def repository_names(scopes: Iterable[ResourceScope]) -> dict[str, RepositoryName]:
    """Return the repositories that the scopes name; ill-named ones are left out."""
    found = {}
    for scope in scopes:
        if scope.kind == "repository":
            try:
                found[scope.name] = parse_repository_name(scope.name)
            except NameInvalid:
                continue
    return found


def granted_access(
    principal: Principal,
    scopes: Iterable[ResourceScope],
    *,
    names: Mapping[str, RepositoryName],
    facts: Mapping[str, Facts],
    service: str,
) -> Granted:
    """Return one entry per scope of which anything is granted.

    A denied, an unknown and an ill-named repository look the same: no entry (case 24). One that was
    renamed gets a second entry: registries compare with the name that they store it under.
    """
    result = Granted()
    looked_for = 0
    granted: dict[tuple[str, str], set[str]] = {}
    for scope in scopes:
        called = {scope.name}
        actions: frozenset[str] = _NOTHING
        if scope.kind == "registry" and scope.name == "catalog":
            actions = _catalog_actions(principal) & scope.actions
        elif scope.name in names and scope.kind == "repository":  # no `repository(plugin)` (F6)
            found = _find(
                principal,
                names[scope.name],
                facts.get(scope.name),
                service,
                may_look=looked_for < _MOST_LOOKED_FOR,
            )
            looked_for += not found.allowed or scope.name not in facts
            result.until = _earlier(result.until, found.until)
            called.add(found.stored_name)
            actions = found.allowed if "*" in scope.actions else found.allowed & scope.actions
            asked = EVERY_ACTION & scope.actions  # `*` asks for whatever there is
            if not asked <= actions:
                lack = Shortfall(found.repository, asked, frozenset(actions), found.why)
                result.shortfalls.append(lack)
        for name in called if actions else ():
            granted.setdefault((scope.kind, name), set()).update(actions)
    result.access = [
        Access(type=kind, name=name, actions=sorted(actions))
        for (kind, name), actions in sorted(granted.items())
    ]
    return result


def _catalog_actions(principal: Principal) -> frozenset[str]:
    """`search` is docker search's and for everyone; `*` is a registry's whole catalog."""
    sees_all = principal.is_administrator and principal.limits is None
    return frozenset({"search", "*"} if sees_all else {"search"})


def _find(
    principal: Principal, name: RepositoryName, facts: Facts | None, service: str, *, may_look: bool
) -> _Found:
    """Decide about one name; as much work for what is hidden as for what is not there (case 24).

    `may_look`: whether names of the past and names that are still free are looked for.
    """
    found = _by_facts(principal, facts, service) if facts else None
    if (facts is None or not _is_seen(principal, facts)) and may_look:
        elsewhere = _find_by_another_name(principal, name, service)
        return found or elsewhere
    return found or _Found(name.value, _NOTHING)


def _is_seen(principal: Principal, facts: Facts) -> bool:
    return bool(decide(facts.standing(principal)).actions)


def _by_facts(principal: Principal, facts: Facts, service: str) -> _Found:
    if service not in {settings.SERVICE, facts.service}:
        return _Found(facts.stored_name, _NOTHING, facts.repository_id, "service")
    decision = decide(facts.standing(principal))
    return _Found(
        facts.stored_name, decision.actions, facts.repository_id, decision, until=facts.until
    )


def _find_by_another_name(principal: Principal, name: RepositoryName, service: str) -> _Found:
    """Look for a name of the past or of a registry; a first push needs a token before there is any."""
    visible = Repository.objects.visible_to(principal)
    repository = find_repository(visible, name)
    creation = _creation_actions(principal, name, service)
    if repository is None:
        return _Found(todays_name(name).value, creation)
    return _by_facts(principal, facts_by_id(principal, [repository.pk])[repository.pk], service)


def _creation_actions(
    principal: Principal, name: RepositoryName, service: str
) -> frozenset[Action]:
    """What whoever may create it is given: the repository appears at the push itself."""
    if service != settings.SERVICE or principal.is_anonymous:
        return _NOTHING
    return may_create(principal, name).actions


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)
