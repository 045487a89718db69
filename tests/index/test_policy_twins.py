"""The policy, its SQL twin and the review, held together by random worlds and an oracle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Namespace, OrganizationRole, RobotAccount, Visibility
from accounts.principals import ANONYMOUS, Principal, Workload
from accounts.token_limits import TokenLimits
from index.access import access_rows
from index.flows.create_repository import create_repository
from index.models import (
    AccessGrant,
    DefaultGrant,
    Registry,
    Repository,
    RepositoryMode,
    RepositoryState,
    TrustedPublisher,
    Writers,
)
from index.names import parse_repository_name
from index.policy import allowed_actions, decisions_for
from index.roles import Action, Role
from tests.factories import (
    make_grant,
    make_member,
    make_organization,
    make_registry,
    make_repository,
    make_rule,
    make_team,
    make_user,
)

USERS = range(4)
ROBOTS = range(3)
NAMES = ["user0/a", "user1/b", "group0/c", "group0/d", "group1/e", "group1/f", "group0/new"]
OLD = range(6)  # the last one is created in the world, with what is given by default
GROUP_OF = [None, None, 0, 0, 1, 1, 0]
ROBOT_NAMESPACES = ["user0", "group0", "group1"]
CLOSED = [RepositoryMode.READ_ONLY, RepositoryMode.ARCHIVED]
PATTERNS = ["*", "user0/*", "group0/c", "group0/*", "group*", "group1/e", "user1", "g"]

user_choice = st.sampled_from(USERS)
hours = st.sampled_from([None, -1, 1])  # until it ends
grant = st.tuples(
    st.sampled_from(OLD), st.booleans(), user_choice, st.sampled_from(Role), hours
)  # repository, to a team?, …
limit = st.builds(
    TokenLimits,
    patterns=st.lists(st.sampled_from(PATTERNS), max_size=3).map(tuple),
    actions=st.sets(st.sampled_from(["push", "delete"])).map(
        lambda more: frozenset({"pull", *more})
    ),
    api_parts=st.just(frozenset()),
)
world_plan = st.fixed_dictionaries(
    {
        "members": st.lists(
            st.tuples(st.sampled_from([0, 1]), user_choice, st.sampled_from(OrganizationRole)),
            max_size=6,
            unique_by=lambda member: member[:2],
        ),
        "visibility": st.lists(st.sampled_from(Visibility), min_size=6, max_size=6),
        "deleted": st.sets(st.sampled_from(OLD), max_size=2),
        "closed": st.dictionaries(st.sampled_from(OLD), st.sampled_from(CLOSED), max_size=2),
        "strict": st.sets(st.sampled_from(OLD), max_size=3),  # kept where not everybody writes
        "writers": st.sampled_from(Writers),
        "builders": st.sets(st.sampled_from(ROBOTS), max_size=2),
        "grants": st.lists(grant, max_size=8),
        "robot_grants": st.lists(
            st.tuples(st.sampled_from(OLD), st.sampled_from(ROBOTS), st.sampled_from(Role), hours),
            max_size=4,
            unique_by=lambda given: given[:2],
        ),
        "publishers": st.sets(st.sampled_from(OLD), max_size=2),
        "defaults": st.fixed_dictionaries(
            {},
            optional={"robot": st.sampled_from(Role), "team": st.sampled_from(Role)},
        ),
        "administrator": st.sampled_from([None, *USERS]),
    }
)


class TwinTest(TestCase):
    """`decide` for one and for many at once, `visible_to` and the review, with an oracle that shares
    no code with them.
    """

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(world_plan, limit)
    def test_the_policy_and_its_sql_twins_agree_with_the_oracle(
        self, plan: dict[str, Any], limits: TokenLimits
    ) -> None:
        built = RandomWorld(plan)
        for principal in built.principals(limits):
            seen = set(Repository.objects.visible_to(principal).values_list("name", flat=True))
            with self.assertNumQueries(1):
                together = decisions_for(principal, built.repositories)
            for number, repository in enumerate(built.repositories):
                decided = allowed_actions(principal, repository)
                assert decided == together[repository.pk]
                role, actions = built.oracle(principal, number)
                assert decided.role == role
                assert decided.actions == actions
                assert (role is not None) == (repository.name in seen)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(world_plan)
    def test_the_review_shows_exactly_what_the_policy_allows(self, plan: dict[str, Any]) -> None:
        built = RandomWorld(plan)
        rows = list(access_rows(Repository.objects.all()))
        for principal in built.principals():
            for repository in built.repositories:
                decided = allowed_actions(principal, repository).role
                if principal.is_administrator and decided is not None:
                    continue  # in no row: the page says so in a sentence
                assert decided == reviewed(rows, principal, repository)

    def test_the_review_has_no_row_of_somebody_else(self) -> None:
        """What is in no principal's rows would be a way in that nobody knows of."""
        built = RandomWorld(PLAIN)
        for row in access_rows(Repository.objects.all()):
            assert row["kind"] in {"team", "everyone", "publisher"} or any(
                concerns(row, principal) for principal in [*built.principals(), built.founder]
            )


PLAIN: dict[str, Any] = {
    "members": [(0, 1, OrganizationRole.MEMBER), (0, 2, OrganizationRole.OWNER)],
    "visibility": [Visibility.PRIVATE, Visibility.PUBLIC, *[Visibility.INTERNAL] * 4],
    "deleted": {3},
    "closed": {},
    "strict": set(),
    "writers": Writers.ANYONE,
    "builders": set(),
    "grants": [(2, True, 1, Role.WRITER, None), (0, False, 3, Role.READER, 1)],
    "robot_grants": [(2, 1, Role.WRITER, None)],
    "publishers": {4},
    "defaults": {"robot": Role.READER, "team": Role.WRITER},
    "administrator": 3,
}


def concerns(row: dict[str, Any], principal: Principal) -> bool:
    """Whether the row is about this principal."""
    if row["kind"] == "everyone":
        signed_in = principal.user or principal.robot
        return row["source"] == "public" or signed_in is not None
    if row["kind"] == "publisher":
        work = principal.workload
        return work is not None and work.repository_id == row["repository_pk"]
    if principal.user:
        return bool(row["user_pk"] == principal.user.pk)
    return principal.robot is not None and bool(row["robot_pk"] == principal.robot.pk)


def reviewed(
    rows: list[dict[str, Any]], principal: Principal, repository: Repository
) -> Role | None:
    """Return the best role that the review shows."""
    found = {
        row["role_name"]
        for row in rows
        if row["repository_pk"] == repository.pk and concerns(row, principal)
    }
    return best(found)


def best(roles: Any) -> Role | None:
    """Return the highest of them."""
    return next((role for role in (Role.ADMIN, Role.WRITER, Role.READER) if role in roles), None)


class RandomWorld:
    """Seven repositories of two users and two organizations, three robots, CI jobs."""

    def __init__(self, plan: dict[str, Any]) -> None:
        """Build what the plan says."""
        self.plan = plan
        registry = make_registry("random")
        make_rule("*", registry)
        strict = make_registry("strict")
        Registry.objects.filter(pk=strict.pk).update(writers=plan["writers"])
        self.users = [
            make_user(f"user{n}", administrator=n == plan["administrator"]) for n in USERS
        ]
        founder = make_user("founder")
        self.founder = Principal(founder)
        self.groups = [make_organization(f"group{n}", owner=founder) for n in (0, 1)]
        for group, user, role in plan["members"]:
            make_member(self.groups[group], self.users[user], role=role)
        self.robots = [
            RobotAccount.objects.create(
                namespace=Namespace.objects.get(name=name),
                name="bot",
                is_builder=number in plan["builders"],
            )
            for number, name in enumerate(ROBOT_NAMESPACES)
        ]
        self.repositories = [
            make_repository(
                NAMES[n],
                registry=strict if n in plan["strict"] else registry,
                visibility=plan["visibility"][n],
                mode=plan["closed"].get(n, RepositoryMode.OPEN),
            )
            for n in OLD
        ]
        self.given: list[tuple[int, int, Role]] = []
        self.robots_given: list[tuple[int, int, Role]] = []
        self._create_with_defaults()
        for entry in plan["grants"]:
            self._grant(entry)
        for number, robot, role, ends in plan["robot_grants"]:
            make_grant(
                self.repositories[number], self.robots[robot], role, expires_at=_moment(ends)
            )
            if ends != -1:
                self.robots_given.append((number, robot, role))
        for number in plan["publishers"]:
            TrustedPublisher.objects.create(
                repository=self.repositories[number],
                issuer="https://ci.test",
                source_repository=NAMES[number],
            )
        for number in plan["deleted"]:
            self.repositories[number].state = RepositoryState.DELETING
            self.repositories[number].save()

    def principals(self, limits: TokenLimits | None = None) -> Iterator[Principal]:
        """Yield everybody; people with a token as well, if there are limits to put on it."""
        yield ANONYMOUS
        for user in self.users:
            yield Principal(user)
            if limits:
                yield Principal(user, limits=limits, credential="token:1")
        for robot in self.robots:
            yield Principal(robot=robot)
            yield Principal(robot=robot, workload=Workload(1, 0, "of a robot"))
        for number in self.plan["publishers"]:
            yield Principal(workload=Workload(1, self.repositories[number].pk, NAMES[number]))

    def oracle(self, principal: Principal, number: int) -> tuple[Role | None, set[Action]]:
        """Say from the plan alone which role it is, and what may be done with it."""
        role, allowed = self._role(principal, number), set(Action)
        limits = principal.limits
        if limits is not None and number not in self.plan["deleted"]:
            if any(fnmatchcase(NAMES[number], pattern) for pattern in limits.patterns):
                allowed = {action for action in Action if action.value in limits.actions}
            else:
                role = Role.READER if self._visibility(number) == "public" else None
        carried = {
            None: set(),
            Role.READER: {Action.PULL},
            Role.WRITER: {Action.PULL, Action.PUSH},
            Role.ADMIN: set(Action),
        }
        if number in self.plan["closed"] or not self._may_write(principal, number):
            allowed &= {Action.PULL}
        return role, carried[role] & allowed

    def _may_write(self, principal: Principal, number: int) -> bool:
        if number not in self.plan["strict"] or self.plan["writers"] == "anyone":
            return True
        builders = [self.robots[robot] for robot in self.plan["builders"]]
        is_builder = principal.workload is not None or principal.robot in builders
        return is_builder and self.plan["writers"] == "builders"

    def _role(self, principal: Principal, number: int) -> Role | None:
        if number in self.plan["deleted"]:
            return None
        found = self._roles(principal, number)
        visibility = self._visibility(number)
        if visibility == "public" or (
            visibility == "internal" and (principal.user or principal.robot)
        ):
            found.add(Role.READER)
        return best(found)

    def _roles(self, principal: Principal, number: int) -> set[Role]:
        if principal.user:
            return self._roles_of_person(self.users.index(principal.user), number)
        if principal.robot:
            robot = self.robots.index(principal.robot)
            return {role for n, r, role in self.robots_given if (n, r) == (number, robot)}
        is_own = principal.workload and principal.workload.name == NAMES[number]
        return {Role.WRITER} if is_own else set()

    def _roles_of_person(self, user: int, number: int) -> set[Role]:
        found = {role for n, u, role in self.given if (n, u) == (number, user)}
        group = GROUP_OF[number]
        owns = (group, user, OrganizationRole.OWNER) in self.plan["members"]
        if owns or user == self.plan["administrator"] or (group is None and number == user):
            found.add(Role.ADMIN)
        return found

    def _visibility(self, number: int) -> Visibility:
        return self.plan["visibility"][number] if number in OLD else Visibility.PRIVATE

    def _create_with_defaults(self) -> None:
        """Create a repository after a team of all members and a robot were given something."""
        namespace = Namespace.objects.get(name="group0")
        members = [user for group, user, _ in self.plan["members"] if group == 0]
        defaults = self.plan["defaults"]
        if role := defaults.get("team"):
            team = make_team(self.groups[0], "all", *(self.users[user] for user in members))
            DefaultGrant.objects.create(namespace=namespace, team=team, role=role)
            self.given += [(6, user, role) for user in members]
        if role := defaults.get("robot"):
            DefaultGrant.objects.create(namespace=namespace, robot=self.robots[1], role=role)
            self.robots_given.append((6, 1, role))
        created = create_repository(parse_repository_name(NAMES[6]), by=self.founder)
        self.repositories.append(created)

    def _grant(self, entry: tuple[int, bool, int, Role, int | None]) -> None:
        number, to_team, user, role, ends = entry
        repository = self.repositories[number]
        grantee: Any = self.users[user]
        group = GROUP_OF[number]
        if to_team:
            is_member = any((g, u) == (group, user) for g, u, _ in self.plan["members"])
            if group is None or not is_member:
                return
            team_name = f".*{AccessGrant.objects.count()}"
            grantee = make_team(self.groups[group], team_name, self.users[user])
        elif AccessGrant.objects.filter(repository=repository, user=grantee).exists():
            return
        make_grant(repository, grantee, role, expires_at=_moment(ends))
        if ends != -1:
            self.given.append((number, user, role))


def _moment(ends: int | None) -> Any:
    return timezone.now() + timedelta(hours=ends) if ends else None
