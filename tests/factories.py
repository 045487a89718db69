"""Makers of test data, typed; each has defaults that make sense."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import (
    Membership,
    Namespace,
    Organization,
    OrganizationRole,
    Plan,
    RobotAccount,
    Team,
    TeamMembership,
    User,
    Visibility,
)
from accounts.models.namespace import ROOT_NAMESPACE
from accounts.opaque_tokens import digest_of
from index.models import AccessGrant, Manifest, PlacementRule, Registry, Repository, Tag
from index.names import parse_repository_name
from index.placement import choose_registry
from index.roles import Role
from tests.inserting import insert

PASSWORD = "a long quiet river"
EVENTS_SECRET = "events-secret-of-"
SERVICE = "index.test"


def new_user(username: str, *, active: bool = True, administrator: bool = False) -> User:
    """A person with PASSWORD, not saved."""
    user = User(
        username=username,
        email=f"{username}@example.com",
        is_active=active,
        is_superuser=administrator,
        is_staff=administrator,
    )
    user.password = make_password(PASSWORD)  # set_password would have the next save log it out
    return user


def make_people(*users: User, unverified: Collection[str] = ()) -> list[User]:
    """Save them, each with a namespace and an address."""
    made = insert(users)
    insert(Namespace(name=user.username, user=user) for user in made)
    insert(
        EmailAddress(
            user=user, email=user.email, primary=True, verified=user.username not in unverified
        )
        for user in made
    )
    return made


def make_user(
    username: str, *, verified: bool = True, active: bool = True, administrator: bool = False
) -> User:
    """A person with PASSWORD and a namespace."""
    user = new_user(username, active=active, administrator=administrator)
    return make_people(user, unverified=() if verified else {username})[0]


def make_organization(name: str, *, owner: User) -> Organization:
    """An organization with one owner."""
    organization = Organization.objects.create(name=name)
    Namespace.objects.create(name=name, organization=organization)
    make_member(organization, owner, role=OrganizationRole.OWNER)
    return organization


def make_member(
    organization: Organization, user: User, *, role: OrganizationRole = OrganizationRole.MEMBER
) -> Membership:
    """A member."""
    return Membership.objects.create(organization=organization, user=user, role=role)


def make_teams(organization: Organization, **members: User) -> list[Team]:
    """Teams of one member each, who join the organization by it."""
    joined = insert(
        Membership(organization=organization, user=user, role=OrganizationRole.MEMBER)
        for user in members.values()
    )
    teams = insert(Team(organization=organization, name=name) for name in members)
    insert(
        TeamMembership(team=team, membership=membership)
        for team, membership in zip(teams, joined, strict=True)
    )
    return teams


def make_team(organization: Organization, name: str, *members: User) -> Team:
    """A team of people who are members already."""
    team = Team.objects.create(organization=organization, name=name)
    for user in members:
        membership = Membership.objects.get(organization=organization, user=user)
        TeamMembership.objects.create(team=team, membership=membership)
    return team


def make_plan(name: str, **limits: int | str) -> Plan:
    """A plan; what is not given is not limited. One of that name stays as it is without limits."""
    plan, _ = Plan.objects.update_or_create(name=name, defaults=limits)
    return plan


def new_registry(name: str, *, service: str = SERVICE) -> Registry:
    """A registry that nothing listens at, not saved."""
    return Registry(
        name=name,
        upstream_url=f"http://{name}.registry.test",
        service=service,
        events_secret_digest=digest_of(EVENTS_SECRET + name),
    )


def make_registry(name: str = "east", *, service: str = SERVICE) -> Registry:
    """A registry that nothing listens at."""
    registry = new_registry(name, service=service)
    registry.save()
    return registry


def make_rule(pattern: str, registry: Registry) -> PlacementRule:
    """A placement rule."""
    return PlacementRule.objects.create(pattern=pattern, registry=registry)


def new_repository(
    name: str,
    *,
    registry: Registry,
    visibility: Visibility = Visibility.PRIVATE,
    pushed: bool = True,
    **fields: Any,
) -> Repository:
    """A repository without its namespace, not saved."""
    return Repository(
        name=name,
        stored_name=fields.pop("stored_name", name),
        registry=registry,
        visibility=visibility,
        created_at=fields.pop("created_at", timezone.now() - timedelta(days=700)),
        last_pushed_at=timezone.now() if pushed else None,
        **fields,
    )


def make_repositories(*repositories: Repository) -> list[Repository]:
    """Save them in existing namespaces; the root namespace for one-component names."""
    names = [parse_repository_name(one.name).namespace for one in repositories]
    found = Namespace.objects.filter(name__in=[ROOT_NAMESPACE, *names])
    namespaces = {one.name: one for one in found}
    if ROOT_NAMESPACE not in namespaces:
        namespaces[ROOT_NAMESPACE] = Namespace.objects.create(name=ROOT_NAMESPACE)
    for repository, name in zip(repositories, names, strict=True):
        repository.namespace = namespaces[name]
    return insert(repositories)


def make_repository(
    name: str,
    *,
    visibility: Visibility = Visibility.PRIVATE,
    pushed: bool = True,
    **fields: Any,
) -> Repository:
    """A repository in an existing namespace; the root namespace for one-component names."""
    registry = fields.pop("registry", None) or choose_registry(parse_repository_name(name))
    new = new_repository(name, registry=registry, visibility=visibility, pushed=pushed, **fields)
    return make_repositories(new)[0]


def make_grant(
    repository: Repository,
    grantee: User | Team | RobotAccount,
    role: Role,
    *,
    expires_at: datetime | None = None,
) -> AccessGrant:
    """A grant for a user, a team or a robot."""
    kinds = {User: "user", Team: "team", RobotAccount: "robot"}
    who: dict[str, Any] = {kinds[type(grantee)]: grantee}
    return AccessGrant.objects.create(
        repository=repository, role=role, expires_at=expires_at, **who
    )


def make_digest(text: str) -> str:
    """The digest of a text."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def make_tag(repository: Repository, name: str = "latest", *, pushed_by: User | None = None) -> Tag:
    """A tag on an image of its own."""
    manifest = Manifest.objects.create(
        repository=repository,
        digest=make_digest(f"{repository}:{name}"),
        media_type="application/vnd.oci.image.manifest.v1+json",
        size=5_000_000,
        platform="linux/amd64",
        described_at=timezone.now(),
    )
    return Tag.objects.create(
        repository=repository,
        name=name,
        manifest=manifest,
        pushed_at=timezone.now(),
        pushed_by=pushed_by,
    )


def make_event(action: str, repository: str, **target: Any) -> dict[str, Any]:
    """An event as distribution 2.8 sends it."""
    method = target.pop("method", "PUT" if action == "push" else "GET")
    actor = target.pop("actor", "")
    return {
        "id": target.pop("event_id", str(uuid.uuid4())),
        "timestamp": target.pop("timestamp", timezone.now().isoformat()),
        "action": action,
        "target": {
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "repository": repository,
            **target,
        },
        "request": {"method": method, "useragent": "docker/20.10"},
        "actor": {"name": actor} if actor else {},
        "source": {"addr": "east:5000", "instanceID": "1"},
    }


def make_envelope(*events: dict[str, Any]) -> bytes:
    """The body of a notification."""
    return json.dumps({"events": list(events)}).encode()
