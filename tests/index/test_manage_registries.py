"""The pages on which administrators look after registries and placement."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from index import registry_map
from index.models import (
    BlobLink,
    GarbageCollection,
    PlacementRule,
    Registry,
    RegistryCheck,
    RegistryPool,
    RegistryState,
)
from index.probing.findings import Check, Finding
from index.probing.verdicts import clock_verdict
from tests.clients import confirm
from tests.conftest import World
from tests.factories import make_registry, make_repository, make_tag

NEW = {"name": "north", "upstream_url": "http://10.0.0.7:5000", "writers": "anyone"}


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return confirm(client)


@pytest.fixture
def root(client: Client, world: World) -> Client:
    return signed_in(client, world.root)


def page(client: Client, name: str, /, *args: str, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200, response
    return response.content.decode()


def post(client: Client, name: str, /, *args: object, **form: object) -> str:
    response = client.post(reverse(name, args=args), form, follow=True)
    assert response.status_code == 200, response
    return response.content.decode()


def note_check(registry: Registry, *, healthy: bool = True, minutes_ago: int = 1) -> None:
    bad = {"check": "tokens", "verdict": "bad", "words": "A token of ours was <refused>."}
    RegistryCheck.objects.create(
        registry=registry,
        is_healthy=healthy,
        milliseconds=12,
        at=timezone.now() - timedelta(minutes=minutes_ago),
        findings=[] if healthy else [bad],
    )


def test_the_list_says_how_each_is(root: Client, world: World) -> None:
    make_tag(world.app)
    note_check(world.east, healthy=False)
    note_check(world.west)
    text = page(root, "web-manage-registries")
    assert re.findall(r">\s*(In trouble|OK)\s*<", text) == ["In trouble", "OK"]


def test_findings_are_told_in_the_language_of_the_reader(root: Client, world: World) -> None:
    RegistryCheck.objects.create(
        registry=world.east,
        is_healthy=False,
        findings=[clock_finding(-45), {"check": "tokens", "verdict": "bad", "words": "100 % old"}],
    )
    english = page(root, "web-manage-registry", "east")
    assert "Its clock is 45 s behind ours." in english
    root.cookies["language"] = "de"
    german = page(root, "web-manage-registry", "east")
    assert "Ihre Uhr geht gegen unsere 45\N{NO-BREAK SPACE}s nach." in german
    assert "Hat die richtige Zeit" in german
    assert "100 % old" in german  # of a release that kept sentences


def clock_finding(seconds: int) -> dict[str, object]:
    return Finding(Check.CLOCK, clock_verdict(seconds)).as_json()


def test_the_list_takes_as_many_queries_for_many(
    root: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        note_check(make_registry(f"r{number}"))
    registry_map.holdings()  # of a minute ago
    with django_assert_max_num_queries(13):
        page(root, "web-manage-registries")


def test_a_registry_is_added_and_its_secret_shown_once(root: Client, world: World) -> None:
    response = root.post(reverse("web-manage-registry-add"), NEW)
    text = response.content.decode()
    secret = text.partition('id="secret">')[2].partition("</code>")[0]
    assert secret.startswith("wbe_")
    assert f"Bearer {secret}" in text
    for name in ("web-manage-registry", "web-manage-registry-configuration"):
        assert secret not in page(root, name, "north")
    assert "no-store" in response.headers["Cache-Control"]


def test_what_is_wrong_stands_at_its_field(root: Client, world: World) -> None:
    text = post(root, "web-manage-registry-add", **NEW | {"upstream_url": "http://a/v2"})
    assert "and nothing behind that" in text
    assert "<title>Error: Add a registry" in text
    assert "a registry east already" in post(
        root, "web-manage-registry-add", **NEW | {"name": "east"}
    )
    assert Registry.objects.count() == 2


def test_settings_are_changed(root: Client, world: World) -> None:
    form = {**NEW, "stage": "release", "writers": "promotion", "needs_approval": "on"}
    post(root, "web-manage-registry-change", "east", **form)
    world.east.refresh_from_db()
    assert (world.east.upstream_url, world.east.stage) == ("http://10.0.0.7:5000", "release")
    assert (world.east.name, world.east.needs_approval) == ("east", True)


def test_a_page_shows_findings_history_and_troubles(root: Client, world: World) -> None:
    for minutes in (200, 199, 10):
        note_check(world.east, healthy=False, minutes_ago=minutes)
    note_check(world.east, minutes_ago=5)
    note_check(world.east, healthy=False, minutes_ago=1)
    text = page(root, "web-manage-registry", "east")
    assert "5 checks in the last day, 4 of them in trouble; the slowest answer took 12 ms." in text
    assert "A token of ours was &lt;refused&gt;." in text
    assert text.count('<th scope="row">') == 3
    assert text.count("<rect") == 48


def test_a_new_secret_leaves_the_old_one_until_it_is_ended(root: Client, world: World) -> None:
    assert "End the older secret" not in page(root, "web-manage-registry", "east")
    assert "shown this once" in post(root, "web-manage-registry-secret", "east")
    assert "End the older secret" in page(root, "web-manage-registry", "east")
    assert "End the older secret" not in post(root, "web-manage-registry-secret-end", "east")


def test_one_is_drained_and_says_what_keeps_it_from_rest(root: Client, world: World) -> None:
    text = post(root, "web-manage-registry-drain", "east")
    assert "it keeps 3 repositories; placement rules name it (*)" in text
    assert "Retire east" not in text
    assert "cannot be retired" in post(root, "web-manage-registry-retire", "east")
    world.east.refresh_from_db()
    assert world.east.state == RegistryState.DRAINING


def test_a_check_is_made_now(root: Client, world: World) -> None:
    text = post(root, "web-manage-registry-check", "east")
    assert "Nothing answers at http://east.registry.test" in text


def test_garbage_collection_is_asked_for_and_scheduled(root: Client, world: World) -> None:
    assert "Waits for the registry" in post(root, "web-manage-registry-collect", "east")
    assert "is due or runs already" in post(root, "web-manage-registry-collect", "east")
    text = post(root, "web-manage-registry-schedule", "east", day="6", hour="4")
    assert "Next by its schedule: <time" in text
    assert GarbageCollection.objects.count() == 1


def test_configuration_is_there_for_both_releases(root: Client, world: World) -> None:
    new = page(root, "web-manage-registry-configuration", "east")
    old = page(root, "web-manage-registry-configuration", "east", distribution="2")
    assert "registry:3.0.0" in new
    assert "registry:2.8.3" in old
    assert "BEGIN CERTIFICATE" in old


def test_rules_and_pools_are_made_and_taken_away(root: Client, world: World) -> None:
    post(root, "web-manage-pool-add", name="bulk", members=["east", "west"])
    post(root, "web-manage-rule-add", pattern="acme/*", size_class="large", to="pool:bulk")
    rule = PlacementRule.objects.get(pattern="acme/*")
    assert (rule.pool, rule.size_class) == (RegistryPool.objects.get(), "large")
    assert "remove them first" in post(root, "web-manage-pool-delete", "bulk")
    post(root, "web-manage-pool-change", "bulk", members=["west"])
    assert [member.name for member in RegistryPool.objects.get().members.all()] == ["west"]
    assert "at least one member" in post(root, "web-manage-pool-change", "bulk")
    post(root, "web-manage-rule-remove", rule.pk)
    post(root, "web-manage-pool-delete", "bulk")
    assert not RegistryPool.objects.exists()


def test_a_rule_that_names_nothing_is_refused(root: Client, world: World) -> None:
    assert "is neither a repository name" in post(
        root, "web-manage-rule-add", pattern="Acme/*", to="registry:east"
    )
    assert "Select a valid choice" in post(
        root, "web-manage-rule-add", pattern="*", to="registry:x"
    )
    assert PlacementRule.objects.count() == 2


def test_the_page_says_where_a_name_would_go(root: Client, world: World) -> None:
    asked = {"visibility": "private", "size_class": "ordinary"}
    text = page(root, "web-manage-placement", name="library/redis", **asked)
    assert "It would go to west</strong>: the rule for library/* names west." in text
    assert "overruled: <code>* -&gt; east</code>" in text
    assert "lowercase letters" in page(root, "web-manage-placement", name="A b", **asked)


def test_the_map_counts_a_shared_blob_once(root: Client, world: World) -> None:
    other = make_repository("acme/other")
    for repository in (world.app, other):
        make_tag(repository)
        BlobLink.objects.create(repository=repository, digest="sha256:1", size=5_000_000)
    BlobLink.objects.create(repository=other, digest="sha256:2", size=2_000_000)
    kept = registry_map.count_holdings(Registry.objects.all())
    assert kept[world.east.pk] == registry_map.Holdings(repositories=4, tags=2, size=7_000_000)
    assert kept[world.west.pk] == registry_map.Holdings(repositories=1)
    pool = RegistryPool.objects.create(name="bulk")
    pool.members.set([world.east, world.west])
    text = page(root, "web-manage-map")
    assert "4 repositories</span>, 80 %" in text
    assert text.count("7 MB") == 2


ONE = (
    "", "-change", "-configuration", "-secret", "-secret-end", "-drain", "-use", "-retire", "-check",
    "-collect", "-schedule",
)  # fmt: skip


@pytest.mark.parametrize("name", [f"web-manage-registry{end}" for end in ONE])
def test_there_is_no_such_page_for_others(client: Client, world: World, name: str) -> None:
    signed_in(client, world.olga)
    before = list(Registry.objects.values())
    for answer in (client.get, client.post):
        assert answer(reverse(name, args=["east"])).status_code in {404, 405}
    assert list(Registry.objects.values()) == before


def test_an_unknown_registry_is_not_found(root: Client, world: World) -> None:
    assert root.get("/manage/registries/north").status_code == 404
    assert root.post("/manage/registries/north/drain").status_code == 404


def test_no_page_waits_for_a_count_and_slow_ones_are_made_less_often(world: World) -> None:
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False) as clock:
        registry_map.count_if_due()
        first = registry_map.counted().at
        clock.shift(30)
        registry_map.count_if_due()
        assert registry_map.counted().at == first
        clock.shift(31)
        registry_map.count_if_due()
        assert registry_map.counted().at > first
        kept = cache.get("registry-map")
        cache.set("registry-map", kept | {"took": 10.0}, 3600)
        clock.shift(500)
        registry_map.count_if_due()
        assert registry_map.counted().at == kept["at"]
