"""Why someone may do what they may: the decision of the policy, in words, for who administers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from accounts.models import Namespace, RobotAccount, User
from accounts.principals import ANONYMOUS, Principal
from index.access import AccessSource, access_rows
from index.models import Repository
from index.policy import allowed_actions, standing_of
from index.roles import Action, Role
from index.rules import Decision, decide


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a principal may do, and every way that leads there."""

    name: str
    decision: Decision
    ways: tuple[str, ...]

    @property
    def actions(self) -> list[str]:
        """What the registry would be asked for, in their order."""
        return [action.value for action in Action if action in self.decision.actions]


def explain(repository: Repository, name: str) -> Explanation:
    """Return the explanation for a user name, or `namespace+robot`.

    A name that is nobody's, unproven or disabled is explained as someone logged in whom nothing
    connects with the repository: the answer does not tell which accounts there are.
    """
    principal = _find_robot(repository, name) if "+" in name else _find_person(name)
    if principal is None:
        stranger = replace(standing_of(ANONYMOUS, repository), signed_in=True)
        return Explanation(name, decide(stranger), _ways(repository, ANONYMOUS))
    return Explanation(name, allowed_actions(principal, repository), _ways(repository, principal))


def _find_person(name: str) -> Principal | None:
    people = User.objects.with_verified_address().filter(username=name, is_active=True)
    user = people.first()
    return Principal(user) if user else None


def _find_robot(repository: Repository, name: str) -> Principal | None:
    namespace, _, short = name.partition("+")
    robots = RobotAccount.objects.enabled().filter(
        namespace=repository.namespace,
        namespace__in=Namespace.objects.called(namespace),
        name=short,
    )
    robot = robots.select_related("namespace").first()
    return Principal(robot=robot) if robot else None


def _ways(repository: Repository, principal: Principal) -> tuple[str, ...]:
    """Return the rows of the review that concern this one, best first as they are listed."""
    rows = access_rows(Repository.objects.filter(pk=repository.pk))
    ways = [_way(row) for row in rows if _concerns(row, principal)]
    if principal.is_administrator:
        ways.insert(0, f"{Role.ADMIN.value}: Administrator of this site")
    return tuple(ways)


def _concerns(row: dict[str, Any], principal: Principal) -> bool:
    if row["kind"] == "everyone":
        return True
    if principal.user:
        return bool(row["user_pk"] == principal.user.pk)
    return principal.robot is not None and bool(row["robot_pk"] == principal.robot.pk)


def _way(row: dict[str, Any]) -> str:
    source = f"team {row['through']}" if row["through"] else AccessSource(row["source"]).label
    return f"{Role(str(row['role_name'])).value}: {source}"
