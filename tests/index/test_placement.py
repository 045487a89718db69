"""Which registry keeps a new repository."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, permutations

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import Visibility
from index.errors import NoPlacement
from index.models import PlacementRule, Registry, RegistryPool, RegistryState, Repository
from index.names import parse_repository_name
from index.placement import (
    Newcomer,
    choose_registry,
    explain_placement,
    in_order,
    matches,
    member_for,
)
from tests.conftest import World
from tests.factories import make_registry, make_rule

_PATTERNS = ("*", "acme/*", "acme/a*", "acme/app*", "acme/app", "bob/*", "library/*")
_RULES = st.lists(
    st.tuples(
        st.sampled_from(_PATTERNS),
        st.sampled_from(["", "public", "internal", "private"]),
        st.sampled_from(["", "ordinary", "large"]),
    ),
    unique=True,
    max_size=12,
)
_NEWCOMERS = st.builds(
    Newcomer,
    st.sampled_from(["acme/app", "acme/apple", "acme/a/b", "acme/x", "bob/x", "base"]).map(
        parse_repository_name
    ),
    st.sampled_from(["public", "internal", "private"]),
    st.sampled_from(["ordinary", "large"]),
)


def placed(name: str, **known: str) -> str:
    return choose_registry(parse_repository_name(name), **known).name


def make_pool(name: str, *members: Registry) -> RegistryPool:
    pool = RegistryPool.objects.create(name=name)
    pool.members.set(members)
    return pool


def drained(registry: Registry) -> None:
    Registry.objects.filter(pk=registry.pk).update(state=RegistryState.DRAINING)


@given(_RULES, _NEWCOMERS)
def test_one_rule_wins_in_whatever_order_they_lie(
    rules: list[tuple[str, str, str]], newcomer: Newcomer
) -> None:
    made = [PlacementRule(pattern=p, visibility=v, size_class=s) for p, v, s in rules]
    matching = [rule for rule in made if matches(rule, newcomer)]
    ordered = in_order(matching)
    for others in (matching[::-1], matching[1:] + matching[:1]):
        assert [id(rule) for rule in in_order(others)] == [id(rule) for rule in ordered]
    for stronger, weaker in pairwise(ordered):
        assert is_as_specific(stronger, weaker)


def is_as_specific(stronger: PlacementRule, weaker: PlacementRule) -> bool:
    """The order in words, of two that match the same name."""
    if stronger.pattern != weaker.pattern:
        plain = [not rule.pattern.endswith("*") for rule in (stronger, weaker)]
        longer = len(stronger.pattern) > len(weaker.pattern)
        return plain == [True, False] or (plain == [False, False] and longer)
    if bool(stronger.size_class) != bool(weaker.size_class):
        return bool(stronger.size_class)
    return bool(stronger.visibility) and not weaker.visibility


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_the_pattern_comes_before_size_and_visibility(world: World, order: tuple[int, ...]) -> None:
    PlacementRule.objects.all().delete()
    far = [make_registry(f"r{number}") for number in range(4)]
    rules = [
        {"pattern": "acme/app"},
        {"pattern": "acme/a*", "size_class": "large", "visibility": "public"},
        {"pattern": "acme/a*", "size_class": "large"},
        {"pattern": "acme/a*", "visibility": "public"},
    ]
    for number in order:
        PlacementRule.objects.create(registry=far[number], **rules[number])
    large = {"visibility": "public", "size_class": "large"}
    assert placed("acme/app", **large) == "r0"
    assert placed("acme/apple", **large) == "r1"
    assert placed("acme/apple", visibility="private", size_class="large") == "r2"
    assert placed("acme/apple", visibility="public", size_class="ordinary") == "r3"
    with pytest.raises(NoPlacement, match="no placement rule"):
        placed("acme/apple")


def test_a_prefix_ends_anywhere_and_official_images_are_of_library(world: World) -> None:
    far = make_registry("far")
    make_rule("acme/tool-*", far)
    make_rule("library/ba*", far)
    assert [placed(name) for name in ("acme/tool-x", "acme/tool/x", "acme/tool")] == [
        "far", "east", "east",
    ]  # fmt: skip
    assert [placed(name) for name in ("base", "bare", "other")] == ["far", "far", "west"]


def test_a_new_member_moves_only_the_names_it_wins() -> None:
    names = [f"team{number % 40}/image-{number}" for number in range(5000)]
    members = [Registry(name=name) for name in ("north", "east", "south")]
    newcomer = Registry(name="west")
    before = {name: member_for(name, members).name for name in names}
    after = {name: member_for(name, [*members, newcomer]).name for name in names}
    assert {after[name] for name in names if after[name] != before[name]} == {"west"}
    for share in Counter(after.values()).values():
        assert abs(share / len(names) - 1 / 4) < 0.03


def test_the_order_of_members_does_not_matter() -> None:
    members = [Registry(name=name) for name in ("north", "east", "south")]
    for order in permutations(members):
        assert member_for("acme/app", order).name == member_for("acme/app", members).name


def test_a_pool_skips_those_that_are_not_in_use(world: World) -> None:
    pool = make_pool("bulk", world.east, world.west)
    PlacementRule.objects.create(pattern="acme/*", pool=pool)
    names = [f"acme/x{number}" for number in range(40)]
    assert {placed(name) for name in names} == {"east", "west"}
    drained(world.east)
    assert {placed(name) for name in names} == {"west"}
    drained(world.west)
    with pytest.raises(NoPlacement, match="no member of it is in use"):
        placed("acme/x1")


def test_a_rule_that_names_a_draining_registry_places_nothing(world: World) -> None:
    drained(world.east)
    with pytest.raises(NoPlacement, match="east is being drained and gets nothing new"):
        placed("acme/new")
    assert placed("new") == "west"  # library/*


def test_the_explanation_names_the_rule_and_those_it_overrules(world: World) -> None:
    make_rule("acme/*", world.west)
    found = explain_placement(Newcomer(parse_repository_name("acme/new")))
    assert found.registry == world.west
    assert found.reason == "the rule for acme/* names west"
    assert [rule.pattern for rule in found.overruled] == ["*"]


def test_a_placement_takes_one_query_and_a_pool_a_second(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        placed("acme/new")
    PlacementRule.objects.create(pattern="acme/*", pool=make_pool("bulk", world.east, world.west))
    with django_assert_num_queries(2):
        placed("acme/new")


def test_where_it_lives_is_told_to_those_who_work_on_it(world: World, client: Client) -> None:
    """Others pull without: how the site is laid out inside is none of their business."""
    Repository.objects.filter(pk=world.app.pk).update(visibility=Visibility.PUBLIC)
    for person, sees in ((world.olga, True), (world.mia, True), (world.rita, False), (None, False)):
        client.logout()
        if person:
            client.force_login(person)
        page = client.get("/r/acme/app").content.decode()
        assert ("registry <strong>east</strong>" in page) is sees
        told = client.get("/api/v1/repositories/acme/app").json()["registry"]
        assert told == ("east" if sees else None)
