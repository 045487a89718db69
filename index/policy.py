"""Who may do what to a repository: gathers a standing from the database and lets the rules decide.

The rules are `index.rules`. The SQL twin for lists is `Repository.objects.visible_to`; a property test
holds the two together.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from accounts.models import Membership, Namespace, OrganizationRole, User, Visibility
from accounts.principals import Principal
from index.models.access_grant import AccessGrant
from index.models.registry import Writers
from index.models.repository import Repository, RepositoryMode, RepositoryState
from index.names import RepositoryName
from index.roles import EVERY_ACTION, Action, Role, actions_of, highest
from index.rules import Decision, Standing, decide


def allowed_actions(principal: Principal, repository: Repository) -> Decision:
    """Decide about a principal and a repository; at most three queries."""
    return decide(standing_of(principal, repository))


def standing_of(principal: Principal, repository: Repository) -> Standing:
    """Gather what `decide` looks at."""
    robot = principal.robot
    return Standing(
        signed_in=bool(principal.user or robot),
        administrator=principal.is_administrator,
        holds_namespace=holds_namespace(principal, repository.namespace),
        granted=_best_grant(principal, repository),
        visibility=Visibility(repository.visibility),
        live=repository.state == RepositoryState.ACTIVE,
        published=bool(principal.workload and principal.workload.repository_id == repository.pk),
        ceiling=_ceiling(principal, repository.name),
        mode=RepositoryMode(repository.mode),
        writers=Writers(repository.registry.writers),
        is_builder=bool(principal.workload or (robot and robot.is_builder)),
    )


def holds_namespace(principal: Principal, namespace: Namespace) -> bool:
    """Whether the namespace is the user's, or an organization's that the user is an owner of."""
    if principal.user is None:
        return False
    if namespace.organization_id is None:
        return namespace.user_id == principal.user.pk
    return Membership.objects.filter(
        organization=namespace.organization_id,
        user=principal.user,
        role=OrganizationRole.OWNER,
    ).exists()


@dataclass(frozen=True, slots=True)
class Creation:
    """Whether a repository may be created: the role that its creator has then, and why."""

    role: Role | None
    reason: str
    ceiling: frozenset[Action] = EVERY_ACTION

    @property
    def actions(self) -> frozenset[Action]:
        """What the registry may be asked for."""
        return actions_of(self.role) & self.ceiling


def may_create(principal: Principal, name: RepositoryName) -> Creation:
    """Decide whether the principal may create a repository of that name."""
    namespace = (
        Namespace.objects.called(name.namespace).filter(organization__deleted_at=None).first()
    )
    if namespace is None:
        return Creation(None, "there is no such namespace")
    ceiling = _ceiling(principal, name.moved_to(namespace.name).value)
    if Action.PUSH not in ceiling:
        return Creation(None, "the access token is not for this")
    return replace(_may_create_in(namespace, principal), ceiling=ceiling)


def _may_create_in(namespace: Namespace, principal: Principal) -> Creation:
    if principal.is_administrator:
        return Creation(Role.ADMIN, "administrators may create repositories everywhere")
    if namespace.is_root:
        return Creation(None, "only administrators create official images")
    if holds_namespace(principal, namespace):
        return Creation(Role.ADMIN, "owners of a namespace may create repositories in it")
    if principal.robot and principal.robot.may_create:
        if principal.robot.namespace_id == namespace.pk:
            return Creation(Role.WRITER, "this robot may create repositories in its namespace")
    elif principal.user and _members_may_create(namespace, principal.user):
        return Creation(Role.ADMIN, "members of this organization may create repositories")
    return Creation(None, "only its owners create repositories in a namespace")


def _members_may_create(namespace: Namespace, user: User) -> bool:
    return Membership.objects.filter(
        organization=namespace.organization_id,
        organization__members_may_create=True,
        user=user,
    ).exists()


def _ceiling(principal: Principal, name: str) -> frozenset[Action]:
    if principal.limits is None:
        return EVERY_ACTION
    if not principal.limits.reaches(name):
        return frozenset()
    return frozenset(action for action in Action if action in principal.limits.actions)


def narrowed_by_token(principal: Principal, name: str, needs: Set[Action]) -> bool:
    """Whether an access token stands in the way, whatever its owner may do and whatever exists."""
    return not needs <= _ceiling(principal, name)


def _best_grant(principal: Principal, repository: Repository) -> Role | None:
    if not (principal.user or principal.robot):
        return None
    grants = AccessGrant.objects.reaching(principal).filter(repository=repository)
    return highest([Role(role) for role in grants.values_list("role", flat=True)])
