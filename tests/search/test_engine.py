"""Who finds what, and in which order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Visibility
from accounts.principals import ANONYMOUS, Principal
from index.flows.rename_namespace import rename_organization
from index.models import Repository, RepositoryMode, RepositoryState
from index.roles import Role
from search.engine import SearchPage, search, suggest
from search.query import QueryRefused, parse_query
from tests.conftest import World
from tests.factories import make_grant, make_repository
from tests.search.conftest import (
    brought_up_to_date,
    found_names,
    indexed,
    names,
    new_public,
    published,
)

PUBLIC = Visibility.PUBLIC


def find(world: World, who: str, typed: str = "") -> SearchPage:
    """Search as someone of the cast, when the index has caught up."""
    brought_up_to_date()
    return search(Principal(world.person(who)), parse_query(typed))


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


# A better one after a worse one, and each less popular than the next.
CLASSES: list[tuple[str, dict[str, Any]]] = [
    ("web", {}),  # the very name
    ("serve", {"description": "A server for the web"}),  # official
    ("alice/web", {}),  # the very name, without its namespace
    ("alice/web-tools", {}),  # begins with the word
    ("alice/my-web", {}),  # has the word
    ("alice/my-webs", {}),  # has a word that begins so
    ("alice/other", {"description": "for the Web"}),  # describes itself so
    ("alice/told", {"readme": "# Told\n\nOf the web."}),  # says so in its README
    ("alice/web-old", {"mode": RepositoryMode.ARCHIVED}),  # nobody works on it
]


def test_nothing_lifts_a_repository_over_a_better_class(world: World) -> None:
    indexed(
        *(
            new_public(world.east, name, star_count=10 * stars, pull_count=10**stars, **fields)
            for stars, (name, fields) in enumerate(CLASSES)
        )
    )
    assert names(find(world, "anonymous", "web")) == [name for name, _ in CLASSES]


def test_inside_a_class_the_more_popular_one_comes_first(world: World) -> None:
    indexed(
        new_public(world.east, "alice/web-a", star_count=1),
        new_public(world.east, "alice/web-b", star_count=100),
        new_public(world.east, "alice/web-c", pull_count=100_000),
    )
    assert found_names("web") == ["alice/web-c", "alice/web-b", "alice/web-a"]


def test_equally_popular_ones_stand_as_they_came(world: World) -> None:
    published(world, "alice/web-z", "alice/web-a")
    assert found_names("web") == ["alice/web-z", "alice/web-a"]


@pytest.mark.parametrize("typed", ["alice/pub", "ALICE/PUB"])
def test_the_full_name_comes_first(world: World, typed: str) -> None:
    make_repository("alice/pub-two", visibility=PUBLIC, star_count=100)
    assert names(find(world, "anonymous", typed))[0] == "alice/pub"


@pytest.mark.parametrize("typed", ["base", "library/base", "BASE"])
def test_an_official_image_is_found_with_and_without_library(world: World, typed: str) -> None:
    make_repository("alice/base", visibility=PUBLIC, star_count=100)
    assert names(find(world, "anonymous", typed))[0] == "base"


def test_all_words_must_match_name_or_description_or_namespace(world: World) -> None:
    published(world, "alice/shop", description="A server for Flowers")
    published(world, "alice/vase", description="For flowers")
    assert found_names("flowers SHOP alice") == ["alice/shop"]


def test_some_of_the_words_are_enough_where_nothing_has_all(world: World) -> None:
    published(world, "alice/shop", description="A server for Flowers")
    published(world, "alice/vase", description="For flowers")
    found = find(world, "anonymous", "flowers shop bob")
    assert found.partial
    assert names(found) == ["alice/shop", "alice/vase"]


@pytest.mark.parametrize("typed", ["_", "%", "\\", "'||(select 1)||'", '"', ";--", "NEAR(", "*"])
def test_signs_of_sql_find_nothing_by_themselves(world: World, typed: str) -> None:
    published(world, "alice/axb")
    try:
        found = find(world, "anonymous", f"axb{typed}")
    except QueryRefused:
        return
    assert set(names(found)) <= {"alice/axb"}


def test_a_description_is_found_in_the_script_it_is_written_in(world: World) -> None:
    published(world, "alice/tea", description="Öfen für Grüntee 茶")
    for typed in ("Öfen", "ofen", "Grüntee", "茶"):
        assert found_names(typed) == ["alice/tea"]


def test_pages_by_number_follow_each_other_and_end(world: World) -> None:
    published(world, *(f"alice/page-{number}" for number in range(5)))
    query = parse_query("page")
    pages = [search(ANONYMOUS, query, page=page, size=2) for page in (1, 2, 3, 4)]
    assert [len(page.results) for page in pages] == [2, 2, 1, 0]
    assert {page.total for page in pages} == {5}
    assert len({name for page in pages for name in names(page)}) == 5


def test_pages_by_cursor_follow_each_other_and_end(world: World) -> None:
    published(world, *(f"alice/page-{number}" for number in range(5)))
    query, found, after = parse_query("page"), [], ""
    for left in (True, True, False):
        page = search(ANONYMOUS, query, after=after, size=2)
        found += names(page)
        after = page.next
        assert (bool(after), page.total) == (left, 5)
    assert found == names(search(ANONYMOUS, query))


def test_pages_stay_in_step_while_repositories_come_and_go(world: World) -> None:
    published(world, *(f"alice/page-{number}" for number in range(6)))
    query = parse_query("page")
    first = search(ANONYMOUS, query, size=2)
    Repository.objects.filter(name__in=("alice/page-0", "alice/page-1")).update(state="trashed")
    published(world, "alice/page-more", star_count=1_000)
    second = search(ANONYMOUS, query, after=first.next, size=2)
    assert names(second) == ["alice/page-2", "alice/page-3"]


def test_a_cursor_of_another_query_is_refused(world: World) -> None:
    published(world, "alice/page-1", "alice/page-2")
    cursor = search(ANONYMOUS, parse_query("page"), size=1).next
    with pytest.raises(QueryRefused, match="search anew"):
        search(ANONYMOUS, parse_query("alice"), after=cursor)
    with pytest.raises(QueryRefused, match="search anew"):
        search(ANONYMOUS, parse_query("page"), after=f"{cursor}x")


def number_of_statements(world: World, typed: str) -> int:
    """How many statements bob's search takes."""
    find(world, "bob", typed)
    with CaptureQueriesContext(connection) as captured:
        find(world, "bob", typed)
    return len(captured)


@pytest.mark.parametrize("typed", ["page", "alice page", "stars:>0 sort:stars", "", "pqge"])
def test_a_search_takes_as_many_statements_whatever_there_is(world: World, typed: str) -> None:
    published(world, *(f"alice/page-{number}" for number in range(30)), star_count=1)
    few = number_of_statements(world, typed)
    published(world, *(f"alice/page-{number}" for number in range(30, 500)), star_count=1)
    assert number_of_statements(world, typed) <= few


def test_a_name_can_be_suggested_by_how_it_begins(world: World) -> None:
    published(world, "alice/postgres-backup", "alice/pose", "alice/compost")
    assert set(names(suggest(ANONYMOUS, "pos"))) == {"alice/postgres-backup", "alice/pose"}
    assert names(suggest(ANONYMOUS, "postgres-ba")) == ["alice/postgres-backup"]


def test_a_name_is_suggested_at_each_letter_of_it(world: World) -> None:
    published(world, "alice/postgres-backup")
    whole = "postgres-backup"
    missing = [
        whole[:end] for end in range(1, len(whole) + 1) if not suggest(ANONYMOUS, whole[:end])
    ]
    assert missing == []


@pytest.mark.parametrize("typed", ["", "   ", "is:", '"', "/", "stars:>=1"])
def test_nothing_is_suggested_for_what_names_nothing(world: World, typed: str) -> None:
    brought_up_to_date()
    assert suggest(ANONYMOUS, typed) == []


def test_the_old_name_of_an_organization_still_finds(world: World) -> None:
    rename_organization(world.acme, to="globex", by=Principal(world.olga))
    for typed in ("acme/app", "acme app", "globex/app"):
        assert names(find(world, "olga", typed)) == ["globex/app"]
        assert find(world, "bob", typed).total == 0
