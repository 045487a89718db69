"""What a token grants: requested ∩ allowed, each scope decided alone."""

from __future__ import annotations

from django.conf import settings

from accounts.principals import Principal
from index.errors import NameInvalid
from index.lookup import find_repository, todays_name
from index.models import Registry, Repository
from index.names import RepositoryName, parse_repository_name
from index.policy import allowed_actions, may_create
from index.roles import Action
from tokenauth.errors import UnknownService
from tokenauth.scopes import ResourceScope
from tokenauth.signing.tokens import Access


def check_service(service: str) -> None:
    """Raise UnknownService unless it is exactly the gateway's or a registry's own (F1, case 1)."""
    if service == settings.SERVICE:
        return
    if not service or not Registry.objects.filter(service=service).exists():
        message = f"unknown service: this index issues tokens for service={settings.SERVICE}"
        raise UnknownService(message)


def granted_access(
    principal: Principal, scopes: list[ResourceScope], *, service: str
) -> list[Access]:
    """Return one entry per scope of which anything is granted.

    A denied, an unknown and an ill-named repository look the same: no entry (case 24). One that was
    renamed gets a second entry: registries compare with the name that they store it under.
    """
    granted: dict[tuple[str, str], set[str]] = {}
    for scope in scopes:
        names, actions = _granted(principal, scope, service)
        for name in names if actions else ():
            granted.setdefault((scope.kind, name), set()).update(actions)
    return [
        Access(type=kind, name=name, actions=sorted(actions))
        for (kind, name), actions in sorted(granted.items())
    ]


def _granted(
    principal: Principal, scope: ResourceScope, service: str
) -> tuple[set[str], frozenset[str]]:
    """Return what the scope names, in its own words and in the registry's, and the actions on it."""
    if scope.kind == "registry" and scope.name == "catalog":
        return {scope.name}, _catalog_actions(principal) & scope.actions
    if scope.kind != "repository":  # `repository(plugin)` too: registries ignore the class (F6)
        return set(), frozenset()
    try:
        stored_name, allowed = _repository(principal, parse_repository_name(scope.name), service)
    except NameInvalid:
        return set(), frozenset()
    wanted = allowed if "*" in scope.actions else allowed & scope.actions
    return {scope.name, stored_name}, frozenset(wanted)


def _catalog_actions(principal: Principal) -> frozenset[str]:
    """`search` is docker search's and for everyone; `*` is a registry's whole catalog."""
    sees_all = principal.is_administrator and principal.limits is None
    return frozenset({"search", "*"} if sees_all else {"search"})


def _repository(
    principal: Principal, name: RepositoryName, service: str
) -> tuple[str, frozenset[Action]]:
    """Return what the registry calls, or will call, the repository, and what is allowed there."""
    repository = find_repository(Repository.objects.all(), name)
    if repository is None:
        return todays_name(name).value, _creation_actions(principal, name, service)
    if service not in {settings.SERVICE, repository.registry.service}:
        return repository.stored_name, frozenset()
    return repository.stored_name, allowed_actions(principal, repository).actions


def _creation_actions(
    principal: Principal, name: RepositoryName, service: str
) -> frozenset[Action]:
    """A first push needs a token before there is a repository; it appears at the push itself."""
    if service != settings.SERVICE or principal.is_anonymous:
        return frozenset()
    return may_create(principal, name).actions
