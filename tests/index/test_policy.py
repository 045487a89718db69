"""Who may do what: the rules one by one; test_policy_twins.py holds the SQL twins to them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Namespace, RobotAccount, User, Visibility
from accounts.principals import ANONYMOUS, Principal
from accounts.token_limits import TokenLimits
from index.models import AccessGrant, Repository
from index.names import parse_repository_name
from index.policy import allowed_actions, holds_namespace, may_create, narrowed_by_token
from index.roles import EVERY_ACTION, Action, Role
from index.rules import Standing, decide
from tests.conftest import World
from tests.factories import (
    make_grant,
    make_member,
    make_organization,
    make_repository,
    make_team,
    make_user,
)
from tests.machines import make_robot


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


def limited(*patterns: str, actions: tuple[str, ...] = ("push", "delete")) -> TokenLimits:
    return TokenLimits(patterns, frozenset({"pull", *actions}), frozenset())


@pytest.mark.parametrize(
    ("limits", "actions"),
    [
        (None, {"pull", "push", "delete"}),
        (limited("*"), {"pull", "push", "delete"}),
        (limited("alice/*", actions=("push",)), {"pull", "push"}),
        (limited("alice/new"), {"pull", "push", "delete"}),
        (limited("alice/*", actions=()), set()),
        (limited("alice/other"), set()),
    ],
)
def test_a_token_leaves_of_a_creation_what_it_leaves_of_a_repository(
    world: World, limits: TokenLimits | None, actions: set[str]
) -> None:
    principal = Principal(world.alice, limits=limits, credential="token:1")
    decision = may_create(principal, parse_repository_name("alice/new"))
    assert decision.actions == actions
    assert (decision.role is None) == (not actions)
    assert "access token" in decision.reason or actions


def test_members_create_where_their_organization_lets_them(world: World) -> None:
    name, mia = parse_repository_name("acme/new"), Principal(world.mia)
    other = make_organization("other", owner=world.bob)
    other.members_may_create = True
    other.save()
    assert may_create(mia, name).role is None
    assert may_create(mia, parse_repository_name("other/new")).role is None
    world.acme.members_may_create = True
    world.acme.save()
    assert may_create(mia, name).role is Role.ADMIN
    assert may_create(Principal(world.bob), name).role is None
    assert may_create(ANONYMOUS, name).role is None


def test_a_robot_creates_in_its_namespace_if_it_may_and_its_organizations_members_do_not_matter(
    world: World,
) -> None:
    world.acme.members_may_create = True
    world.acme.save()
    plain, maker = (
        Principal(robot=make_robot("acme", robot, by=world.olga, may_create=may))
        for robot, may in (("plain", False), ("maker", True))
    )
    created = may_create(maker, parse_repository_name("acme/new"))
    assert created.role is Role.WRITER
    assert created.actions == {Action.PULL, Action.PUSH}
    assert may_create(plain, parse_repository_name("acme/new")).role is None
    make_organization("younger", owner=world.olga)
    for elsewhere in ("alice/new", "younger/new", "new", "nobody/new"):
        assert may_create(maker, parse_repository_name(elsewhere)).role is None


def test_nobody_creates_in_a_deleted_organization(world: World) -> None:
    world.acme.deleted_at = timezone.now()
    world.acme.save()
    for person in (world.olga, world.root):
        assert may_create(Principal(person), parse_repository_name("acme/new")).role is None


def test_a_namespace_is_held_by_its_user_or_the_owners_of_its_organization(world: World) -> None:
    names = ("alice", "mila", "acme")
    alices, mias, acmes = (Namespace.objects.get(name=name) for name in names)
    holders = {
        (namespace.name, name)
        for namespace in (alices, mias, acmes)
        for name in ("anonymous", "alice", "bob", "mia", "olga", "root")
        if holds_namespace(_principal(world, name), namespace)
    }
    assert holders == {("alice", "alice"), ("mila", "mia"), ("acme", "olga")}
    assert not holds_namespace(Principal(robot=make_robot("acme", by=world.olga)), acmes)


def test_a_narrow_token_stands_in_the_way_of_what_it_leaves_out(world: World) -> None:
    narrow = Principal(world.alice, limits=limited("alice/a", actions=("push",)))
    ask = partial(narrowed_by_token, narrow, "alice/a")
    assert not ask(frozenset())
    assert not ask(frozenset({Action.PULL}))
    assert not ask(frozenset({Action.PULL, Action.PUSH}))
    assert ask(frozenset({Action.DELETE}))
    assert ask(frozenset({Action.PULL, Action.DELETE}))
    assert narrowed_by_token(narrow, "alice/b", frozenset({Action.PULL}))
    assert not narrowed_by_token(Principal(world.alice), "alice/b", EVERY_ACTION)


def test_a_creation_that_was_decided_does_not_change(world: World) -> None:
    decision = may_create(Principal(world.alice), parse_repository_name("alice/new"))
    with pytest.raises(FrozenInstanceError):
        decision.role = None  # type: ignore[misc]  # that is the point
    assert not hasattr(decision, "__dict__")


def _principal(world: World, name: str) -> Principal:
    person = world.person(name)
    return Principal(person) if person else ANONYMOUS


def test_numbers_are_compared_as_numbers_also_when_they_are_large(world: World) -> None:
    User.objects.create(pk=70_000, username="elder")
    Namespace.objects.create(pk=80_000, name="elder", user_id=70_000)
    elder = Principal(User.objects.get(pk=70_000))
    assert holds_namespace(elder, Namespace.objects.get(name="elder"))
    RobotAccount.objects.create(namespace_id=80_000, name="ci", may_create=True)
    robot = RobotAccount.objects.select_related("namespace").get(namespace=80_000)
    made = may_create(Principal(robot=robot), parse_repository_name("elder/new"))
    assert made.role is Role.WRITER


@pytest.mark.parametrize("who", ["alice", "bob", "mia", "rita", "olga", "root", "anonymous"])
def test_a_part_is_what_is_visible_of_it(world: World, who: str) -> None:
    make_repository("acme/open", visibility=Visibility.PUBLIC)
    make_repository("acme/inside", visibility=Visibility.INTERNAL)
    trashed = make_repository("alice/gone", visibility=Visibility.PUBLIC)
    Repository.objects.filter(pk=trashed.pk).update(state="trashed")
    principal = Principal(world.person(who))
    everything = Repository.objects.values("pk")
    visible = set(Repository.objects.visible_to(principal))
    assert set(Repository.objects.taken_part_in(principal, everything)) == visible
    ways = Repository.objects.ways_in(principal, everything)
    assert {one for way in ways for one in way} == visible
