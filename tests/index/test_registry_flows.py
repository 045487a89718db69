"""Registries as administrators change them, from the first day to the last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import AuditEvent
from accounts.principals import Principal
from index.errors import Denied, RegistryInUse, RegistryRefused
from index.events.auth import authenticate_registry
from index.flows import registries as flows
from index.flows.create_repository import create_repository
from index.flows.place_repositories import add_rule, check_pattern, delete_pool, save_pool
from index.models import KeyFormat, PlacementRule, Registry, RegistryState, Repository, SizeClass
from index.names import parse_repository_name
from index.registry_settings import RegistrySettings, check_upstream_url
from tests.conftest import World
from tests.factories import make_registry

NORTH = RegistrySettings("http://10.0.0.7:5000")


def added(world: World, name: str = "north") -> tuple[Registry, str]:
    return flows.add_registry(name, to_be=NORTH, by=Principal(world.root))


def is_known(name: str, secret: str) -> bool:
    return authenticate_registry(name, f"Bearer {secret}") is not None


def test_a_new_registry_shares_the_service_and_gets_a_secret(world: World) -> None:
    north, secret = added(world)
    assert (north.service, north.state) == ("index.test", RegistryState.IN_USE)
    assert is_known("north", secret)
    assert secret not in str(list(Registry.objects.values()))
    event = AuditEvent.objects.get(action="registry:added")
    assert (event.actor_name, event.target) == ("rooty", "north")
    assert secret not in str(event.details)


def test_a_second_registry_of_a_name_is_refused(world: World) -> None:
    with pytest.raises(RegistryInUse, match="a registry east already"):
        added(world, "east")


@pytest.mark.parametrize("name", ["", "East", "-x", "x_y", "x" * 41, "a b", "a\n", "a;}"])
def test_a_name_that_nginx_would_trip_over_is_refused(world: World, name: str) -> None:
    with pytest.raises(RegistryRefused) as refused:
        added(world, name)
    assert refused.value.field == "name"
    assert Registry.objects.count() == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.7:5000", "https://registry.test", "http://registry_east:5000",
        "http://localhost", "http://[fd00::7]:5000",
    ],
)  # fmt: skip
def test_an_inner_address_is_right(url: str) -> None:
    check_upstream_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "", "registry.test", "ftp://registry.test", "http://", "http://a/", "http://a/v2",
        "http://a?x", "http://a#x", "http://me:secret@a", "http://@a", "http://a:0", "http://a:99999",
        "http://a:b", "http://a;return 200", "http://a\n", "http://a b", "http://a}", "http://$host",
        "http://é.test", "HTTP://a", "http://[::1", "http://a:", "http://[fd00::7;]", f"http://{'a' * 250}",
    ],
)  # fmt: skip
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(RegistryRefused) as refused:
        check_upstream_url(url)
    assert refused.value.field == "upstream_url"


def test_two_secrets_hold_while_one_replaces_the_other(world: World) -> None:
    north, first = added(world)
    second = flows.renew_events_secret(north, by=Principal(world.root))
    assert is_known("north", first)
    assert is_known("north", second)
    third = flows.renew_events_secret(north, by=Principal(world.root))
    assert not is_known("north", first)
    flows.end_previous_secret(north, by=Principal(world.root))
    assert not is_known("north", second)
    assert is_known("north", third)


def test_a_key_format_that_the_service_does_not_have_is_refused(world: World) -> None:
    other = RegistrySettings("http://north:5000", key_format=KeyFormat.LIBTRUST)
    with pytest.raises(RegistryRefused, match="shares the service") as refused:
        flows.add_registry("north", to_be=other, by=Principal(world.root))
    assert refused.value.field == "key_format"


def test_a_service_that_would_break_a_file_is_refused(world: World) -> None:
    for service in ('a"b', "a b", "a\nb", "{}"):
        to_be = RegistrySettings("http://north", service=service)
        with pytest.raises(RegistryRefused):
            flows.change_registry(world.east, to_be=to_be, by=Principal(world.root))


def test_a_registry_goes_from_use_over_draining_to_rest(world: World) -> None:
    by = Principal(world.root)
    north, secret = added(world)
    with pytest.raises(RegistryInUse, match="drain it first"):
        flows.retire_registry(north, by=by)
    flows.drain_registry(north, by=by)
    flows.retire_registry(north, by=by)
    assert north.state == RegistryState.RETIRED
    assert not is_known("north", secret)
    assert not is_known("north", "")
    flows.use_registry(north, by=by)
    assert is_known("north", flows.renew_events_secret(north, by=by))


def test_a_registry_that_keeps_something_is_not_retired(world: World) -> None:
    flows.drain_registry(world.east, by=Principal(world.root))
    with pytest.raises(RegistryInUse, match=r"it keeps 3 repositories; placement rules name it"):
        flows.retire_registry(world.east, by=Principal(world.root))
    world.east.refresh_from_db()
    assert world.east.state == RegistryState.DRAINING


def test_deleted_repositories_do_not_keep_it_from_rest(world: World) -> None:
    Repository.objects.update(state="deleted")
    PlacementRule.objects.all().delete()
    flows.drain_registry(world.east, by=Principal(world.root))
    flows.retire_registry(world.east, by=Principal(world.root))
    assert world.east.state == RegistryState.RETIRED


def test_nobody_but_an_administrator_changes_anything(world: World) -> None:
    east = world.east
    changes: list[Callable[[Principal], Any]] = [
        lambda by: flows.add_registry("north", to_be=NORTH, by=by),
        lambda by: flows.change_registry(east, to_be=NORTH, by=by),
        lambda by: flows.renew_events_secret(east, by=by),
        lambda by: flows.end_previous_secret(east, by=by),
        lambda by: flows.drain_registry(east, by=by),
        lambda by: flows.use_registry(east, by=by),
        lambda by: flows.retire_registry(east, by=by),
        lambda by: add_rule("x/*", to=east, by=by),
        lambda by: save_pool("bulk", members=[east], by=by),
    ]
    before = list(Registry.objects.order_by("pk").values())
    for person in (world.olga, world.newt, world.alice):
        for change in changes:
            with pytest.raises(Denied):
                change(Principal(person))
    assert list(Registry.objects.order_by("pk").values()) == before
    assert PlacementRule.objects.count() == 2


def test_a_pool_takes_new_repositories_by_size_class(world: World) -> None:
    by = Principal(world.root)
    bulk = save_pool("bulk", members=[make_registry("big")], by=by)
    add_rule("*", to=bulk, size_class="large", by=by)
    large = create_repository(
        parse_repository_name("alice/model"), by=Principal(world.alice), size_class=SizeClass.LARGE
    )
    small = create_repository(parse_repository_name("alice/tool"), by=Principal(world.alice))
    assert (large.registry.name, small.registry.name) == ("big", "east")
    assert large.size_class == "large"


def test_a_pool_that_a_rule_names_stays(world: World) -> None:
    by = Principal(world.root)
    bulk = save_pool("bulk", members=[world.east], by=by)
    rule = add_rule("acme/*", to=bulk, by=by)
    with pytest.raises(RegistryInUse):
        delete_pool(bulk, by=by)
    rule.delete()
    delete_pool(bulk, by=by)


def test_a_pool_wants_a_name_and_members(world: World) -> None:
    by = Principal(world.root)
    for name, members in (("", [world.east]), ("B", [world.east]), ("bulk", [])):
        with pytest.raises(RegistryRefused):
            save_pool(name, members=members, by=by)
    save_pool("bulk", members=[world.east], by=by)
    with pytest.raises(RegistryInUse):
        save_pool("bulk", members=[world.west], by=by)


@pytest.mark.parametrize(
    "pattern", ["*", "acme/app", "acme/*", "acme/app-*", "acme/a/b*", "library/*", "base"]
)
def test_a_pattern_names_names(pattern: str) -> None:
    check_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["", "**", "*/app", "acme*", "Acme/*", "acme/a*b", "acme/**", "/x*", "a\n/*", "library/x"],
)
def test_what_no_name_matches_is_no_pattern(pattern: str) -> None:
    with pytest.raises(RegistryRefused):
        check_pattern(pattern)
