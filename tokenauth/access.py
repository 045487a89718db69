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

    A denied, an unknown and an ill-named repository look the same: no entry (case 24). An entry has
    the name that the registry knows, whatever name was asked for: registries compare with it, and no
    other repository ever has it, so no entry opens two.
    """
    asked = _Asked(principal, names, facts, service)
    granted: dict[tuple[str, str], set[str]] = {}
    for scope in scopes:
        name, actions = asked.about(scope)
        if actions:
            granted.setdefault((scope.kind, name), set()).update(actions)
    asked.result.access = [
        Access(type=kind, name=name, actions=sorted(actions))
        for (kind, name), actions in sorted(granted.items())
    ]
    return asked.result


@dataclass(slots=True)
class _Asked:
    """Who asks whom, and what came of it so far."""

    principal: Principal
    names: Mapping[str, RepositoryName]
    facts: Mapping[str, Facts]
    service: str
    result: Granted = field(default_factory=Granted)
    looked_for: int = 0

    def about(self, scope: ResourceScope) -> tuple[str, frozenset[str]]:
        """Return what the registry calls what the scope names, and what is granted."""
        if scope.kind == "registry" and scope.name == "catalog":
            return scope.name, _catalog_actions(self.principal) & scope.actions
        if scope.kind != "repository" or scope.name not in self.names:
            return (
                scope.name,
                _NOTHING,
            )  # `repository(plugin)` too: registries ignore the class (F6)
        facts = self.facts.get(scope.name)
        may_look = self.looked_for < _MOST_LOOKED_FOR
        name = self.names[scope.name]
        found = _find(self.principal, name, facts, self.service, may_look=may_look)
        self.looked_for += facts is None or not found.allowed
        self._note(scope, found)
        actions = found.allowed if "*" in scope.actions else found.allowed & scope.actions
        return found.stored_name, frozenset(actions)

    def _note(self, scope: ResourceScope, found: _Found) -> None:
        """Note when the answer ends, and what it lacks; `*` asks for whatever there is."""
        self.result.until = _earlier(self.result.until, found.until)
        asked = EVERY_ACTION & scope.actions
        if not asked <= found.allowed:
            granted = frozenset(asked & found.allowed)
            lack = Shortfall(found.repository, asked, granted, found.why)
            self.result.shortfalls.append(lack)


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
    decision = decide(facts.standing(principal)) if facts else None
    if may_look and not (decision and decision.actions):
        elsewhere = _find_by_another_name(principal, name, service)
    else:
        elsewhere = _Found(name.value, _NOTHING)
    return _found(facts, decision, service) if facts and decision else elsewhere


def _found(facts: Facts, decision: Decision, service: str) -> _Found:
    if service not in {settings.SERVICE, facts.service}:
        return _Found(facts.stored_name, _NOTHING, facts.repository_id, "service")
    pk, until = facts.repository_id, facts.until
    return _Found(facts.stored_name, decision.actions, pk, decision, until=until)


def _find_by_another_name(principal: Principal, name: RepositoryName, service: str) -> _Found:
    """Look for a name of the past or of a registry; a first push needs a token before there is any."""
    visible = Repository.objects.visible_to(principal)
    repository = find_repository(visible, name)
    creation = _creation_actions(principal, name, service)
    if repository is None:
        return _Found(todays_name(name).value, creation)
    facts = facts_by_id(principal, [repository.pk])[repository.pk]
    return _found(facts, decide(facts.standing(principal)), service)


def _creation_actions(
    principal: Principal, name: RepositoryName, service: str
) -> frozenset[Action]:
    """What whoever may create it is given: the repository appears at the push itself."""
    if service != settings.SERVICE or principal.is_anonymous:
        return _NOTHING
    return may_create(principal, name).actions


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)
