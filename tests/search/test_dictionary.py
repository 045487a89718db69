"""The words that somebody may have meant: only public ones, and their counts are right."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Visibility
from accounts.principals import ANONYMOUS, Principal
from index.models import Repository
from search import dictionary
from search.backends import slots
from search.documents import Audience
from search.models import WordA, WordB
from search.sources import entries_of
from tests.conftest import World
from tests.factories import make_repository
from tests.search.conftest import brought_up_to_date, find, found_names, names, published


def counted() -> dict[str, int]:
    """The dictionary."""
    words = WordA.objects if slots.live().name == "a" else WordB.objects
    return dict(words.exclude(entries=0).values_list("word", "entries"))


def in_entries() -> dict[str, int]:
    """What it should be."""
    ids = Repository.objects.values_list("pk", flat=True)
    public = [one for one in entries_of(list(ids)) if one.audience is Audience.EVERYONE]
    frequent = slots.live().frequent
    each = (dictionary.counted_in(one.lexemes, frequent) for one in public)
    return dict(Counter(word for words in each for word in words))


def meant_by(word: str) -> str | None:
    """What somebody meant."""
    return dictionary.meant_by([word], slots.live().name).get(word)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("postgers", "postgres"), ("ngnix", "nginx"), ("apline", "alpine"), ("elasticsaerch", "elasticsearch")],
)  # fmt: skip
def test_a_typo_finds_what_was_meant_and_says_so(world: World, typed: str, meant: str) -> None:
    published(world, "alice/postgres", "alice/nginx", "alice/alpine", "alice/elasticsearch")
    found = find(ANONYMOUS, typed)
    assert names(found) == [f"alice/{meant}"]
    assert found.corrected == ((typed, meant),)
    assert found.exact == 0


def test_the_beginning_of_a_name_is_no_typo(world: World) -> None:
    published(world, "alice/alpine")
    found = find(ANONYMOUS, "alpin")
    assert (names(found), found.corrected) == (["alice/alpine"], ())


def test_a_word_that_is_right_is_not_corrected(world: World) -> None:
    published(
        world, *(f"alice/{word}-{number}" for number in range(3) for word in ("nginx", "nginy"))
    )
    assert find(ANONYMOUS, "nginy").corrected == ()


def test_of_two_words_the_more_frequent_one_was_meant(world: World) -> None:
    published(world, "alice/ginger", "alice/gingen-1", "alice/gingen-2")
    assert meant_by("ginge") == "gingen"


@pytest.mark.parametrize("typed", ["ngx", "x" * 25, "verydifferent"])
def test_nothing_is_meant_by_what_is_short_or_long_or_strange(world: World, typed: str) -> None:
    published(world, "alice/ngix", f"alice/{'x' * 26}")
    assert meant_by(typed) is None


@pytest.mark.parametrize("visibility", ["private", "internal"])
def test_a_word_that_not_everybody_may_see_is_never_meant(world: World, visibility: str) -> None:
    make_repository("alice/manhattan", visibility=Visibility(visibility))
    brought_up_to_date()
    assert meant_by("manhatan") is None
    assert find(Principal(world.alice), "manhatan").corrected == ()


def test_a_word_of_an_empty_repository_is_never_meant(world: World) -> None:
    make_repository("alice/manhattan", visibility=Visibility.PUBLIC, pushed=False)
    brought_up_to_date()
    assert meant_by("manhatan") is None


@pytest.mark.parametrize("change", [{"visibility": "private"}, {"state": "trashed"}, {"name": "alice/other"}])  # fmt: skip
def test_a_word_goes_with_the_last_that_had_it(world: World, change: dict[str, str]) -> None:
    [secret] = published(world, "alice/manhattan")
    assert meant_by("manhatan") == "manhattan"
    Repository.objects.filter(pk=secret.pk).update(**change)
    brought_up_to_date()
    assert meant_by("manhatan") is None
    assert "manhattan" not in counted()


def test_a_readme_s_words_are_not_meant(world: World) -> None:
    published(world, "alice/project", readme="About manhattan")
    assert found_names("manhattan") == ["alice/project"]
    assert meant_by("manhatan") is None


steps = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.sampled_from(["make", "hide", "show", "trash", "restore", "describe", "rename", "upkeep"]),
        st.sampled_from(["red fox", "red", "fox and hen", ""]),
    ),
    min_size=5,
    max_size=40,
)  # fmt: skip


@settings(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))  # fmt: skip
@given(steps=steps)
def test_counts_are_right_whatever_happens(world: World, steps: list[tuple[int, str, str]]) -> None:
    with transaction.atomic():
        for which, what, text in steps:
            happen(which, what, text)
        brought_up_to_date()
        assert counted() == in_entries()
        transaction.set_rollback(True)


def happen(which: int, what: str, text: str) -> None:
    """Let something happen to one of ten repositories."""
    repositories = Repository.objects.filter(readme=str(which))
    if what == "make" and not repositories:
        name = f"alice/one-{which}"
        make_repository(name, visibility=Visibility.PUBLIC, description=text, readme=str(which))
    changes = {
        "hide": {"visibility": "private"},
        "show": {"visibility": "public"},
        "trash": {"state": "trashed"},
        "restore": {"state": "active"},
        "describe": {"description": text},
        "rename": {"name": f"alice/{text.partition(' ')[0] or 'none'}-{which}"},
    }
    if what in changes:
        repositories.update(**changes[what])
    if what == "upkeep":
        brought_up_to_date()
