"""Who may do what to a repository: the only place that decides.

`decide` is a pure function of a `Standing`; `standing_of` gathers that from the database. The SQL
twin for lists is `Repository.objects.visible_to`.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Membership, Namespace, OrganizationRole, Visibility
from accounts.principals import Principal
from index.models.access_grant import AccessGrant
from index.models.repository import Repository, RepositoryState
from index.names import RepositoryName
from index.roles import Action, Role, actions_of, highest


@dataclass(frozen=True, slots=True)
class Standing:
    """All that matters about one principal before one repository."""

    signed_in: bool
    administrator: bool
    holds_namespace: bool  # it is the user's own, or an organization's that the user owns
    granted: Role | None  # the best unexpired grant, direct or through a team
    visibility: Visibility
    live: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """The role that a principal has, and the reason in words."""

    role: Role | None
    reason: str

    @property
    def actions(self) -> frozenset[Action]:
        """What the registry may be asked for."""
        return actions_of(self.role)

    @property
    def may_administer(self) -> bool:
        """Whether settings, grants and deletion are open."""
        return self.role is Role.ADMIN


def decide(standing: Standing) -> Decision:
    """Return the decision: the first rule that gives most wins; without a rule nothing is given."""
    if not standing.live:
        return Decision(None, "the repository is deleted")
    if standing.administrator:
        return Decision(Role.ADMIN, "administrators may do everything")
    if standing.holds_namespace:
        return Decision(Role.ADMIN, "owners of the namespace may do everything in it")
    if standing.granted:
        return Decision(standing.granted, f"a grant gives the role {standing.granted.value}")
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
        signed_in=not principal.is_anonymous,
        administrator=principal.is_administrator,
        holds_namespace=holds_namespace(principal, repository.namespace),
        granted=_best_grant(principal, repository),
        visibility=Visibility(repository.visibility),
        live=repository.state == RepositoryState.ACTIVE,
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
    namespace = Namespace.objects.filter(name=name.namespace).first()
    if namespace is None:
        return Decision(None, "there is no such namespace")
    if principal.is_administrator:
        return Decision(Role.ADMIN, "administrators may create repositories everywhere")
    if namespace.is_root:
        return Decision(None, "only administrators create official images")
    if holds_namespace(principal, namespace):
        return Decision(Role.ADMIN, "owners of a namespace may create repositories in it")
    return Decision(None, "only its owners create repositories in a namespace")


def _best_grant(principal: Principal, repository: Repository) -> Role | None:
    if principal.user is None:
        return None
    grants = AccessGrant.objects.reaching(principal.user).filter(repository=repository)
    return highest([Role(role) for role in grants.values_list("role", flat=True)])
