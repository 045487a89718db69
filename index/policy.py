"""Who may do what to a repository: gathers a standing from the database and lets the rules decide.

The rules are `index.rules`. The SQL twin for lists is `Repository.objects.visible_to`; a property test
holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from accounts.models import Membership, Namespace, OrganizationRole, User
from accounts.principals import Principal
from index.facts import ceiling_of, facts_by_id
from index.models.repository import Repository
from index.names import RepositoryName
from index.roles import EVERY_ACTION, Action, Role, actions_of
from index.rules import Decision, Standing, decide


def allowed_actions(principal: Principal, repository: Repository) -> Decision:
    """Decide about a principal and a repository: one query."""
    return decide(standing_of(principal, repository))


def standing_of(principal: Principal, repository: Repository) -> Standing:
    """Gather what `decide` looks at; of a repository that is not there any more too."""
    return facts_by_id(principal, [repository.pk])[repository.pk].standing(principal)


def administers(principal: Principal, repository: Repository) -> bool:
    """Whether the principal may delete it, or might before its deletion began."""
    standing = standing_of(principal, repository)
    return decide(replace(standing, live=True)).may_administer


def decisions_for(principal: Principal, repositories: Iterable[Repository]) -> dict[int, Decision]:
    """Decide about many at once, by their ids: one query."""
    found = facts_by_id(principal, [repository.pk for repository in repositories])
    return {pk: decide(facts.standing(principal)) for pk, facts in found.items()}


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


def may_change_namespace(principal: Principal, namespace: Namespace) -> bool:
    """Whether its settings are open: to its holders unless it is frozen, and to administrators."""
    if principal.is_administrator:
        return True
    return namespace.frozen_at is None and holds_namespace(principal, namespace)


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
        return Creation(None, _("there is no such namespace"))
    return may_create_in(namespace, principal, name.moved_to(namespace.name))


def may_create_in(namespace: Namespace, principal: Principal, name: RepositoryName) -> Creation:
    """Decide the same where the namespace of the name is at hand."""
    ceiling = ceiling_of(principal, name.value)
    if Action.PUSH not in ceiling:
        return Creation(None, _("the access token is not for this"))
    return replace(_may_create_in(namespace, principal), ceiling=ceiling)


def _may_create_in(namespace: Namespace, principal: Principal) -> Creation:
    if principal.is_administrator:
        return Creation(Role.ADMIN, _("administrators may create repositories everywhere"))
    if namespace.frozen_at:
        return Creation(None, _("an administrator of this site has frozen the namespace"))
    if namespace.is_root:
        return Creation(None, _("only administrators create official images"))
    if principal.user:
        return _may_person_create_in(namespace, principal.user)
    robot = principal.robot
    if robot and robot.may_create and robot.namespace_id == namespace.pk:
        return Creation(Role.WRITER, _("this robot may create repositories in its namespace"))
    return Creation(None, _("only its owners create repositories in a namespace"))


def _may_person_create_in(namespace: Namespace, user: User) -> Creation:
    membership = None
    if namespace.organization_id:
        theirs = Membership.objects.filter(organization=namespace.organization_id, user=user)
        membership = theirs.select_related("organization").first()
    if namespace.user_id == user.pk or (membership and membership.role == OrganizationRole.OWNER):
        return Creation(Role.ADMIN, _("owners of a namespace may create repositories in it"))
    if membership and membership.organization.members_may_create:
        return Creation(Role.ADMIN, _("members of this organization may create repositories"))
    return Creation(None, _("only its owners create repositories in a namespace"))


def narrowed_by_token(principal: Principal, name: str, needs: Set[Action]) -> bool:
    """Whether an access token stands in the way, whatever its owner may do and whatever exists."""
    return not needs <= ceiling_of(principal, name)
