"""What a repository is found by."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from accounts.models import Visibility
from accounts.principals import ANONYMOUS, Principal
from index.flows.rename_repository import rename_repository
from index.models import Repository, RepositoryMode
from index.names import parse_repository_name
from search.engine import search, suggest
from search.facets import facets
from search.query import parse_query
from tests.conftest import World
from tests.factories import make_repository, make_tag
from tests.search.conftest import brought_up_to_date, find, found_names, names, published


@pytest.mark.parametrize(
    "typed",
    ["redis", "exporter", "acme", "redisexporter", "redis_exporter", "redis-exporter", "Redis Exporter",
     "acme/redis-exporter", "ACME/Redis-Exporter", "expo"],
)  # fmt: skip
def test_a_name_is_found_by_its_parts_together_and_apart(world: World, typed: str) -> None:
    published(world, "acme/redis-exporter")
    assert found_names(typed) == ["acme/redis-exporter"]
    assert find(ANONYMOUS, typed).corrected == ()


@pytest.mark.parametrize("typed", ["export-redis", "xporter", "edis", "acmeredis"])
def test_it_is_not_found_by_what_it_is_not(world: World, typed: str) -> None:
    published(world, "acme/redis-exporter")
    found = find(ANONYMOUS, typed)
    assert names(found)[: found.exact] == []


@pytest.mark.parametrize(
    ("fields", "typed"),
    [
        ({"description": "Keeps Metrics"}, "metrics"),
        ({"readme": "# How\n\nIt keeps metrics."}, "metrics"),
        ({"topics": ["metrics"]}, "metrics"),
        ({"topics": ["metrics"]}, "topic:metrics"),
        ({"image_facts": {"source": "https://git.example/team/metrics"}}, "metrics"),
        ({"image_facts": {"licences": "metrics-2.0"}}, "metrics"),
        ({"is_automated": True}, "is:automated"),
        ({"star_count": 12}, "stars:>=12"),
        ({"pull_count": 1_200}, "pulls:>1199"),
    ],
    ids=str,
)
def test_it_is_found_by_whatever_it_says_of_itself(
    world: World, fields: dict[str, object], typed: str
) -> None:
    published(world, "acme/thing", **fields)
    assert found_names(typed) == ["acme/thing"]


def test_it_is_found_by_the_names_and_marks_of_its_owner(world: World) -> None:
    published(world, "acme/thing")
    type(world.acme).objects.update(display_name="Société Générale")
    world.acme.namespace.is_verified = True
    world.acme.namespace.save()
    brought_up_to_date()
    for typed in ("societe", "Société Générale thing", "is:verified", "owner:acme"):
        assert found_names(typed) == ["acme/thing"]


@pytest.mark.parametrize("typed", ["amd64", "linux/amd64", "linux"])
def test_it_is_found_by_its_platform(world: World, typed: str) -> None:
    make_tag(world.public)
    brought_up_to_date()
    Repository.objects.update(description="new")
    brought_up_to_date()
    assert found_names(f"platform:{typed}") == ["alice/pub"]


def test_a_former_name_finds_what_is_called_otherwise_today(world: World) -> None:
    new = parse_repository_name("alice/tomorrow")
    rename_repository(world.public, to=new, by=Principal(world.alice))
    brought_up_to_date()
    assert found_names("alice/pub")[:1] == ["alice/tomorrow"]
    assert found_names("alice/tomorrow") == ["alice/tomorrow"]


def test_whoever_has_the_name_today_comes_before_whoever_had_it(world: World) -> None:
    new = parse_repository_name("alice/tomorrow")
    rename_repository(world.public, to=new, by=Principal(world.alice))
    published(world, "alice/pub-again", star_count=0)
    assert set(found_names("pub")) >= {"alice/tomorrow", "alice/pub-again"}


LINKS = "Buy at https://spam.example/a and www.spam.example/b"


def test_link_farms_come_last(world: World) -> None:
    published(world, "alice/web-farm", description=LINKS, pull_count=10**6)
    published(world, "alice/other", readme="of the web farm")
    assert found_names("web farm") == ["alice/other", "alice/web-farm"]
    assert found_names("web")[-1] == "alice/web-farm"


def test_archived_ones_come_last(world: World) -> None:
    published(world, "alice/web-old", mode=RepositoryMode.ARCHIVED, star_count=100)
    published(world, "alice/other", readme="of the web, old")
    assert found_names("web old") == ["alice/other", "alice/web-old"]
    assert found_names("alice/web-old")[0] == "alice/web-old"


@pytest.mark.parametrize(
    ("fields", "is_farm"),
    [
        ({"description": LINKS}, True),
        ({"description": LINKS, "star_count": 1}, False),
        ({"description": "See https://example.com"}, False),
        ({"readme": "https://a.example " * 5}, True),
        ({"readme": "https://a.example " * 4}, False),
        (
            {"readme": "Eight words stand here for each of them, truly. https://a.example " * 5},
            False,
        ),
    ],
    ids=str,
)
def test_what_is_there_for_its_links_is_told(
    world: World, fields: dict[str, object], *, is_farm: bool
) -> None:
    published(world, "alice/web-farm", **fields)
    published(world, "alice/more", readme="web")
    expected = ["alice/more", "alice/web-farm"]
    assert found_names("web") == (expected if is_farm else expected[::-1])


def test_a_verified_owner_is_no_spammer(world: World) -> None:
    world.alice.namespace.is_verified = True
    world.alice.namespace.save()
    published(world, "alice/web-farm", description=LINKS)
    published(world, "alice/more", readme="web")
    assert found_names("web")[0] == "alice/web-farm"


def everything_told(world: World, who: Principal) -> str:
    """All that a search, a suggestion, a facet, a correction and a cursor say."""
    told: list[object] = []
    for typed in ("", "web", "manhatan", "manhattan", "we", "web fox", "is:private", "sort:name", "owner:acme"):  # fmt: skip
        query = parse_query(typed)
        after = ""
        for _ in range(3):
            page = search(who, query, after=after, size=2)
            told += [names(page), page.total, page.is_more, page.next, page.corrected, page.partial]
            told += [page.exact, dict(page.marks)]
            after = page.next
        told += [facets(who, query), names(suggest(who, typed))]
    return repr(told)


@time_machine.travel(
    datetime(2026, 6, 15, tzinfo=UTC), tick=False
)  # cursors say when they were made
@pytest.mark.parametrize("who", ["anonymous", "bob"])
def test_what_others_keep_private_changes_not_a_byte_of_an_answer(world: World, who: str) -> None:
    """Case 23, in little."""
    published(world, *(f"alice/web-{number}" for number in range(5)), description="A red fox")
    principal = Principal(world.person(who))
    before = everything_told(world, principal)
    for number in range(60):
        make_repository(
            f"acme/manhattan-web-{number}", description="web fox manhattan", star_count=number * 100
        )
        make_repository(f"acme/web{number}", visibility=Visibility.PUBLIC, pushed=False)
    brought_up_to_date()
    assert everything_told(world, principal) == before
    assert everything_told(world, Principal(world.olga)) != before
