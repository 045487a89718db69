"""Who may do what to a repository: the only place that decides.

`decide` is a pure function of a `Standing`; `standing_of` gathers that from the database. The SQL
twin for lists is `Repository.objects.visible_to`.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from accounts.models import Membership, Namespace, OrganizationRole, User, Visibility
from accounts.principals import Principal
from index.models.access_grant import AccessGrant
from index.models.repository import Repository, RepositoryState
from index.names import RepositoryName
from index.roles import EVERY_ACTION, Action, Role, actions_of, highest


@dataclass(frozen=True, slots=True)
class Standing:
    """All that matters about one principal before one repository."""

    signed_in: bool  # a person or a robot account; a CI job of a repository is not
    administrator: bool
    holds_namespace: bool  # it is the user's own, or an organization's that the user owns
    granted: Role | None  # the best unexpired grant, direct or through a team
    published: bool  # it is a CI job that this repository names as its trusted publisher
    visibility: Visibility
    live: bool
    ceiling: frozenset[Action]  # what a personal access token leaves of this: all without one


@dataclass(frozen=True, slots=True)
class Decision:
    """The role that a principal has, and the reason in words."""

    role: Role | None
    reason: str
    ceiling: frozenset[Action] = EVERY_ACTION

    @property
    def actions(self) -> frozenset[Action]:
        """What the registry may be asked for."""
        return actions_of(self.role) & self.ceiling

    @property
    def may_administer(self) -> bool:
        """Whether settings, grants and deletion are open; not by a token that leaves less than all."""
        return self.role is Role.ADMIN and self.actions == EVERY_ACTION


def decide(standing: Standing) -> Decision:
    """Return the decision: the first rule that gives most wins; without a rule nothing is given."""
    if not standing.live:
        return Decision(None, "the repository is deleted")
    if standing.ceiling:
        return replace(_without_ceiling(standing), ceiling=standing.ceiling)
    if standing.visibility is Visibility.PUBLIC:  # what anybody may do, a narrow token may do too
        return Decision(Role.READER, "anyone may pull a public repository")
    return Decision(None, "the access token is not for this repository")


def _without_ceiling(standing: Standing) -> Decision:
    if standing.administrator:
        return Decision(Role.ADMIN, "administrators may do everything")
    if standing.holds_namespace:
        return Decision(Role.ADMIN, "owners of the namespace may do everything in it")
    if standing.granted:
        return Decision(standing.granted, f"a grant gives the role {standing.granted.value}")
    if standing.published:
        return Decision(Role.WRITER, "the repository trusts this CI job to publish")
    if standing.visibility is Visibility.PUBLIC:
        return Decision(Role.READER, "anyone may pull a public repository")
    if standing.visibility is Visibility.INTERNAL and standing.signed_in:
        return Decision(Role.READER, "anyone signed in may pull an internal repository")
    return Decision(None, "nothing gives access")


def allowed_actions(principal: Principal, repository: Repository) -> Decision:
    """Decide about a principal and a repository; at most three queries."""
    return decide(standing_of(principal, repository))


def standing_of(principal: Principal, repository: Repository) -> Standing:
    """Gather what `decide` looks at."""
    return Standing(
        signed_in=bool(principal.user or principal.robot),
        administrator=principal.is_administrator,
        holds_namespace=holds_namespace(principal, repository.namespace),
        granted=_best_grant(principal, repository),
        visibility=Visibility(repository.visibility),
        live=repository.state == RepositoryState.ACTIVE,
        published=bool(principal.workload and principal.workload.repository_id == repository.pk),
        ceiling=_ceiling(principal, repository.name),
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


def may_create(principal: Principal, name: RepositoryName) -> Decision:
    """Decide whether the principal may create a repository of that name."""
    namespace = (
        Namespace.objects.called(name.namespace).filter(organization__deleted_at=None).first()
    )
    if namespace is None:
        return Decision(None, "there is no such namespace")
    ceiling = _ceiling(principal, name.moved_to(namespace.name).value)
    if Action.PUSH not in ceiling:
        return Decision(None, "the access token is not for this")
    return replace(_may_create_in(namespace, principal), ceiling=ceiling)


def _may_create_in(namespace: Namespace, principal: Principal) -> Decision:
    if principal.is_administrator:
        return Decision(Role.ADMIN, "administrators may create repositories everywhere")
    if namespace.is_root:
        return Decision(None, "only administrators create official images")
    if holds_namespace(principal, namespace):
        return Decision(Role.ADMIN, "owners of a namespace may create repositories in it")
    if principal.robot and principal.robot.may_create:
        if principal.robot.namespace_id == namespace.pk:
            return Decision(Role.WRITER, "this robot may create repositories in its namespace")
    elif principal.user and _members_may_create(namespace, principal.user):
        return Decision(Role.ADMIN, "members of this organization may create repositories")
    return Decision(None, "only its owners create repositories in a namespace")


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
