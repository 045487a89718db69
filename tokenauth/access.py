"""What a token grants: requested ∩ allowed, each scope decided alone."""

from __future__ import annotations

from django.conf import settings

from accounts.principals import Principal
from index.errors import NameInvalid
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

    A denied, an unknown and an ill-named repository look the same: no entry (case 24).
    """
    entries = [
        Access(type=scope.kind, name=scope.name, actions=actions)
        for scope in scopes
        if (actions := _granted_actions(principal, scope, service))
    ]
    return sorted(entries, key=lambda entry: (entry["type"], entry["name"]))


def _granted_actions(principal: Principal, scope: ResourceScope, service: str) -> list[str]:
    if scope.kind == "registry" and scope.name == "catalog":
        return _catalog_actions(principal, scope)
    if scope.kind != "repository":  # `repository(plugin)` too: registries ignore the class (F6)
        return []
    try:
        name = parse_repository_name(scope.name)
    except NameInvalid:
        return []
    allowed = _repository_actions(principal, name, service)
    wanted = allowed if "*" in scope.actions else allowed & scope.actions
    return sorted(wanted)


def _catalog_actions(principal: Principal, scope: ResourceScope) -> list[str]:
    """`search` is docker search's and for everyone; `*` is a registry's whole catalog."""
    allowed = {"search", "*"} if principal.is_administrator else {"search"}
    return sorted(allowed & scope.actions)


def _repository_actions(
    principal: Principal, name: RepositoryName, service: str
) -> frozenset[Action]:
    repository = Repository.objects.by_name(name).select_related("namespace", "registry").first()
    if repository is None:
        return _creation_actions(principal, name, service)
    if service not in {settings.SERVICE, repository.registry.service}:
        return frozenset()
    return allowed_actions(principal, repository).actions


def _creation_actions(
    principal: Principal, name: RepositoryName, service: str
) -> frozenset[Action]:
    """A first push needs a token before there is a repository; it appears at the push itself."""
    if service != settings.SERVICE or principal.is_anonymous:
        return frozenset()
    return may_create(principal, name).actions
