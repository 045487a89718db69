"""Who may do what: the rules one by one, and the SQL twin held to them by random worlds."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Membership, Namespace, OrganizationRole, Visibility
from accounts.principals import ANONYMOUS, Principal
from index.models import AccessGrant, Repository, RepositoryState
from index.names import parse_repository_name
from index.policy import Standing, allowed_actions, decide, may_create
from index.roles import EVERY_ACTION, Action, Role
from tests.conftest import World
from tests.factories import (
    make_grant,
    make_member,
    make_organization,
    make_registry,
    make_repository,
    make_team,
    make_user,
)


def standing(**changes: Any) -> Standing:
    """A signed-in stranger before a private repository."""
    stranger: dict[str, Any] = {
        "signed_in": True,
        "administrator": False,
        "holds_namespace": False,
        "granted": None,
        "visibility": Visibility.PRIVATE,
        "live": True,
        "published": False,
        "ceiling": EVERY_ACTION,
    }
    return Standing(**(stranger | changes))


@pytest.mark.parametrize(
    ("changes", "role"),
    [
        ({}, None),
        ({"administrator": True}, Role.ADMIN),
        ({"holds_namespace": True}, Role.ADMIN),
        ({"granted": Role.READER}, Role.READER),
        ({"granted": Role.WRITER}, Role.WRITER),
        ({"granted": Role.ADMIN}, Role.ADMIN),
        ({"granted": Role.WRITER, "visibility": Visibility.PUBLIC}, Role.WRITER),
        ({"visibility": Visibility.PUBLIC}, Role.READER),
        ({"visibility": Visibility.PUBLIC, "signed_in": False}, Role.READER),
        ({"visibility": Visibility.INTERNAL}, Role.READER),
        ({"visibility": Visibility.INTERNAL, "signed_in": False}, None),
        ({"published": True}, Role.WRITER),
        ({"published": True, "signed_in": False}, Role.WRITER),
        ({"administrator": True, "ceiling": frozenset()}, None),
        ({"holds_namespace": True, "ceiling": frozenset()}, None),
        ({"ceiling": frozenset(), "visibility": Visibility.PUBLIC}, Role.READER),
        ({"holds_namespace": True, "ceiling": frozenset({Action.PULL})}, Role.ADMIN),
        ({"live": False, "administrator": True, "holds_namespace": True}, None),
    ],
)
def test_a_standing_gives_a_role(changes: dict[str, Any], role: Role | None) -> None:
    assert decide(standing(**changes)).role is role


def test_every_decision_has_a_reason() -> None:
    for administrator, holds, granted, visibility, live in product(
        [True, False], [True, False], [None, *Role], Visibility, [True, False]
    ):
        decision = decide(
            standing(
                administrator=administrator,
                holds_namespace=holds,
                granted=granted,
                visibility=visibility,
                live=live,
            )
        )
        assert decision.reason


def test_roles_carry_their_actions() -> None:
    assert decide(standing(granted=Role.READER)).actions == {Action.PULL}
    assert decide(standing(granted=Role.WRITER)).actions == {Action.PULL, Action.PUSH}
    assert decide(standing(granted=Role.ADMIN)).actions == set(Action)
    assert not decide(standing(granted=Role.WRITER)).may_administer


def test_the_best_of_several_grants_counts(world: World) -> None:
    make_grant(world.app, world.rita, Role.WRITER)
    assert allowed_actions(Principal(world.rita), world.app).role is Role.WRITER


def test_an_expired_grant_gives_nothing(world: World) -> None:
    AccessGrant.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert allowed_actions(Principal(world.mia), world.app).role is None


def test_leaving_the_organization_ends_what_its_teams_gave(world: World) -> None:
    Membership.objects.filter(user=world.mia).delete()
    assert allowed_actions(Principal(world.mia), world.app).role is None
    make_member(world.acme, world.mia)
    assert allowed_actions(Principal(world.mia), world.app).role is None


def test_a_plain_member_gets_nothing_by_membership(world: World) -> None:
    make_member(world.acme, world.bob)
    assert allowed_actions(Principal(world.bob), world.app).role is None


@pytest.mark.parametrize(
    ("who", "name", "role"),
    [
        ("anonymous", "alice/new", None),
        ("alice", "alice/new", Role.ADMIN),
        ("bob", "alice/new", None),
        ("olga", "acme/new", Role.ADMIN),
        ("mia", "acme/new", None),
        ("alice", "debian", None),
        ("root", "debian", Role.ADMIN),
        ("root", "alice/new", Role.ADMIN),
        ("root", "nobody/new", None),
    ],
)
def test_who_creates_where(world: World, who: str, name: str, role: Role | None) -> None:
    decision = may_create(Principal(world.person(who)), parse_repository_name(name))
    assert decision.role is role


def test_who_pushes_an_official_image_is_told_who_may(world: World) -> None:
    decision = may_create(Principal(world.alice), parse_repository_name("debian"))
    assert decision.reason == "only administrators create official images"


USERS = range(4)
ORGANIZATIONS = range(2)
user_choice = st.sampled_from(USERS)
grant = st.tuples(
    st.integers(0, 5),  # repository
    st.booleans(),  # to a team?
    user_choice,
    st.sampled_from(Role),
    st.sampled_from([None, -1, 1]),  # hours until it ends
)
world_plan = st.fixed_dictionaries(
    {
        "members": st.lists(
            st.tuples(
                st.sampled_from(ORGANIZATIONS), user_choice, st.sampled_from(OrganizationRole)
            ),
            max_size=6,
            unique_by=lambda member: member[:2],
        ),
        "visibility": st.lists(st.sampled_from(Visibility), min_size=6, max_size=6),
        "deleted": st.sets(st.integers(0, 5), max_size=2),
        "grants": st.lists(grant, max_size=8),
        "administrator": st.sampled_from([None, *USERS]),
    }
)


class TwinTest(TestCase):
    """`decide` against `visible_to`, with an oracle that shares no code with either."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(world_plan)
    def test_policy_and_its_sql_twin_agree_with_the_oracle(self, plan: dict[str, Any]) -> None:
        built = RandomWorld(plan)
        for principal in [ANONYMOUS, *map(Principal, built.users)]:
            seen = set(Repository.objects.visible_to(principal).values_list("name", flat=True))
            for number, repository in enumerate(built.repositories):
                decided = allowed_actions(principal, repository).role
                assert decided == built.oracle(principal, number)
                assert (decided is not None) == (repository.name in seen)


class RandomWorld:
    """Six repositories: two of users, two of each organization."""

    def __init__(self, plan: dict[str, Any]) -> None:
        """Build what the plan says."""
        self.plan = plan
        registry = make_registry("random")
        self.users = [
            make_user(f"user{n}", administrator=n == plan["administrator"]) for n in USERS
        ]
        founder = make_user("founder")
        self.organizations = [make_organization(f"group{n}", owner=founder) for n in ORGANIZATIONS]
        for group, user, role in plan["members"]:
            make_member(self.organizations[group], self.users[user], role=role)
        names = ["user0/a", "user1/b", "group0/c", "group0/d", "group1/e", "group1/f"]
        self.repositories = [
            make_repository(name, registry=registry, visibility=visibility)
            for name, visibility in zip(names, plan["visibility"], strict=True)
        ]
        self.given: list[tuple[int, int, Role]] = []
        for entry in plan["grants"]:
            self._grant(entry)
        for number in plan["deleted"]:
            self.repositories[number].state = RepositoryState.DELETING
            self.repositories[number].save()

    def _grant(self, entry: tuple[int, bool, int, Role, int | None]) -> None:
        number, to_team, user, role, hours = entry
        repository = self.repositories[number]
        ends = timezone.now() + timedelta(hours=hours) if hours else None
        grantee: Any = self.users[user]
        group = number // 2 - 1
        if to_team:
            is_member = any((g, u) == (group, user) for g, u, _ in self.plan["members"])
            if group < 0 or not is_member:
                return
            team_name = f".*{AccessGrant.objects.count()}"
            grantee = make_team(self.organizations[group], team_name, self.users[user])
        elif AccessGrant.objects.filter(repository=repository, user=grantee).exists():
            return
        make_grant(repository, grantee, role, expires_at=ends)
        if hours != -1:
            self.given.append((number, user, role))

    def oracle(self, principal: Principal, number: int) -> Role | None:
        """Say from the plan alone which role it is."""
        visibility = self.plan["visibility"][number]
        if number in self.plan["deleted"]:
            return None
        if principal.user is None:
            return Role.READER if visibility == "public" else None
        user = self.users.index(principal.user)
        owns = [0, 1] if user in {0, 1} else []
        owners = [(number // 2 - 1, user, OrganizationRole.OWNER)]
        if (
            user == self.plan["administrator"]
            or (number in owns and number == user)
            or (number > 1 and owners[0] in self.plan["members"])
        ):
            return Role.ADMIN
        granted = [role for n, u, role in self.given if (n, u) == (number, user)]
        for role in (Role.ADMIN, Role.WRITER, Role.READER):
            if role in granted:
                return role
        return None if visibility == "private" else Role.READER


def test_team_names_are_data(world: World) -> None:
    team = make_team(world.acme, ".*", world.rita)
    other = make_repository("acme/other")
    make_grant(other, team, Role.WRITER)
    assert allowed_actions(Principal(world.mia), other).role is None


def test_namespaces_are_compared_by_key_never_by_prefix(world: World) -> None:
    make_user("alicea")
    assert Namespace.objects.filter(name="alicea").exists()
    stranger = Principal(Namespace.objects.get(name="alicea").user)
    assert allowed_actions(stranger, world.private).role is None
