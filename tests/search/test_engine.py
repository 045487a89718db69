"""Who finds what, and in which order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Visibility
from accounts.principals import ANONYMOUS, Principal
from index.flows.rename_namespace import rename_organization
from index.models import Repository, RepositoryState
from index.roles import Role
from search.engine import SearchPage, search
from search.query import parse_query
from tests.conftest import World
from tests.factories import make_grant, make_repository

PUBLIC = Visibility.PUBLIC


def find(world: World, who: str, typed: str = "") -> SearchPage:
    """Search as someone of the cast."""
    return search(Principal(world.person(who)), parse_query(typed))


def names(found: SearchPage) -> list[str]:
    """The names found, in order."""
    return [repository.name for repository in found.results]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("anonymous", {"alice/pub", "base"}),
        ("bob", {"alice/pub", "base", "alice/inside"}),
        ("alice", {"alice/pub", "base", "alice/inside", "alice/priv"}),
        ("rita", {"alice/pub", "base", "alice/inside", "acme/app"}),
        ("mia", {"alice/pub", "base", "alice/inside", "acme/app"}),
        ("olga", {"alice/pub", "base", "alice/inside", "acme/app"}),
        ("root", {"alice/pub", "base", "alice/inside", "acme/app", "alice/priv"}),
    ],
)
def test_everyone_finds_and_counts_only_what_he_may_see(
    world: World, who: str, seen: set[str]
) -> None:
    make_repository("alice/inside", visibility=Visibility.INTERNAL)
    found = find(world, who)
    assert set(names(found)) == seen
    assert found.total == len(seen)


def test_a_private_repository_of_others_changes_no_answer(world: World) -> None:
    before = find(world, "bob", "app")
    make_repository("acme/app-two", star_count=9, description="app")
    assert find(world, "bob", "app") == before


def test_a_grant_opens_and_its_end_closes(world: World) -> None:
    grant = make_grant(world.private, world.bob, Role.READER)
    assert names(find(world, "bob", "priv")) == ["alice/priv"]
    grant.expires_at = timezone.now() - timedelta(seconds=1)
    grant.save()
    assert find(world, "bob", "priv").total == 0


def test_a_repository_being_deleted_is_not_found(world: World) -> None:
    Repository.objects.filter(name="alice/pub").update(state=RepositoryState.DELETING)
    assert find(world, "alice", "pub").total == 0


@pytest.mark.parametrize(
    ("who", "total"), [("anonymous", 0), ("bob", 0), ("mia", 0), ("olga", 1), ("root", 1)]
)
def test_a_public_repository_never_pushed_to_is_found_by_its_owners_alone(
    world: World, who: str, total: int
) -> None:
    make_repository("acme/empty", visibility=PUBLIC, pushed=False)
    assert find(world, who, "empty").total == total


def test_whoever_may_push_to_a_private_empty_one_finds_it(world: World) -> None:
    make_grant(make_repository("acme/empty", pushed=False), world.bob, Role.WRITER)
    assert names(find(world, "bob", "empty")) == ["acme/empty"]


def test_ranking_goes_by_class_then_stars_then_pulls_then_name(world: World) -> None:
    for name, description, stars, pulls in [
        ("web", "", 0, 0),  # the very name
        ("webmaster", "", 0, 0),  # official
        ("alice/web-b", "", 5, 1),  # begins with the word
        ("alice/web-c", "", 5, 9),
        ("alice/web-a", "", 5, 1),
        ("alice/my-web", "", 90, 0),  # has the word
        ("alice/other", "for the Web", 99, 99),  # describes itself so
    ]:
        make_repository(
            name, visibility=PUBLIC, description=description, star_count=stars, pull_count=pulls
        )
    assert names(find(world, "anonymous", "web")) == [
        "web",
        "webmaster",
        "alice/web-c",
        "alice/web-a",
        "alice/web-b",
        "alice/my-web",
        "alice/other",
    ]


@pytest.mark.parametrize("typed", ["alice/pub", "ALICE/PUB"])
def test_the_full_name_comes_first(world: World, typed: str) -> None:
    make_repository("alice/pub-two", visibility=PUBLIC, star_count=100)
    assert names(find(world, "anonymous", typed))[0] == "alice/pub"


@pytest.mark.parametrize("typed", ["base", "library/base", "BASE"])
def test_an_official_image_is_found_with_and_without_library(world: World, typed: str) -> None:
    make_repository("alice/base", visibility=PUBLIC, star_count=100)
    assert names(find(world, "anonymous", typed)) == ["base", "alice/base"]


def test_all_words_must_match_name_or_description_or_namespace(world: World) -> None:
    make_repository("alice/shop", visibility=PUBLIC, description="A server for Flowers")
    assert names(find(world, "anonymous", "flowers SHOP alice")) == ["alice/shop"]
    assert find(world, "anonymous", "flowers shop bob").total == 0
    assert names(find(world, "anonymous", "library")) == ["base"]


@pytest.mark.parametrize("typed", ["_", "%", "\\", "a_b", "a%b", "'||(select 1)||'", '"', ";--"])
def test_signs_of_sql_are_characters_like_any_other(world: World, typed: str) -> None:
    make_repository("alice/axb", visibility=PUBLIC)
    assert find(world, "anonymous", typed).total == 0
    make_repository("alice/described", visibility=PUBLIC, description=f"has {typed} in it")
    assert names(find(world, "anonymous", typed)) == ["alice/described"]


def test_a_description_is_found_in_the_script_it_is_written_in(world: World) -> None:
    make_repository("alice/tea", visibility=PUBLIC, description="Öfen für Grüntee 茶")
    for typed in ("Öfen", "Grüntee", "茶"):
        assert names(find(world, "anonymous", typed)) == ["alice/tea"]


def test_pages_follow_each_other_and_end(world: World) -> None:
    for number in range(5):
        make_repository(f"alice/page-{number}", visibility=PUBLIC)
    query = parse_query("page")
    pages = [search(ANONYMOUS, query, page=page, size=2) for page in (1, 2, 3, 4)]
    assert [len(page.results) for page in pages] == [2, 2, 1, 0]
    assert {page.pages for page in pages} == {3}
    assert len({name for page in pages for name in names(page)}) == 5


def test_a_search_takes_two_queries(
    world: World, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = find(world, "alice", "a")
        assert [repository.is_official for repository in found.results]


def test_the_old_name_of_an_organization_still_finds(world: World) -> None:
    rename_organization(world.acme, to="globex", by=Principal(world.olga))
    for typed in ("acme/app", "acme app", "globex/app"):
        found = search(Principal(world.olga), parse_query(typed))
        assert [repository.name for repository in found.results] == ["globex/app"]
        assert search(Principal(world.bob), parse_query(typed)).total == 0
