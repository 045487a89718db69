"""The index is made anew beside the one that is searched, and nobody notices."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from accounts.principals import ANONYMOUS, Principal
from index.models import Repository
from search import drift, rebuild
from search.backends import buckets, postgresql, slots
from search.models import EntryA, EntryB, SearchState
from search.rebuild import Overtaken, rebuild_index
from search.tasks import apply_changes
from tests.conftest import World
from tests.search.conftest import brought_up_to_date, found_names, hit_ids, hits, published
from tests.search.test_dictionary import counted, in_entries

MANY = 8  # too many to look at each
TYPED = ["", "web", "we", "alice", "webs web", "sort:name", "sort:stars", "-old", "is:public"]


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let some repositories be many batches, and many buckets."""
    monkeypatch.setattr(rebuild, "_BATCH", 3)
    monkeypatch.setattr(rebuild, "_WORDS", 2)
    monkeypatch.setattr(buckets, "BUCKETS", (2, 4, 8))
    monkeypatch.setattr(postgresql, "GUARD", 4)
    monkeypatch.setattr(postgresql, "_LOOKED_AT", 3)
    monkeypatch.setattr(postgresql, "_LOOKED_AT_MOST", 4)


@pytest.fixture
def webs(world: World) -> list[Repository]:
    """Twenty of them."""
    return [
        one
        for number in range(20)
        for one in published(world, f"alice/web-{number}", star_count=number % 7)
    ]


def answers() -> list[list[str]]:
    """What anybody finds."""
    return [found_names(typed) for typed in TYPED]


def once(happens: Callable[[], object], *, at: str = "6 entries") -> Callable[[str], None]:
    """Let something happen in the middle of a rebuild."""

    def hear(told: str) -> None:
        if told == at:
            happens()

    return hear


def fail() -> None:
    """Have no room on the disk."""
    raise OSError


def hide(one: Repository) -> None:
    """Make it private."""
    Repository.objects.filter(pk=one.pk).update(visibility="private")


def test_answers_are_the_same_before_while_and_after(webs: list[Repository]) -> None:
    before, meanwhile = answers(), []
    written = rebuild_index(tell=lambda _: meanwhile.append(answers()))
    assert written == Repository.objects.live().count()
    assert meanwhile
    assert [now for now in (*meanwhile, answers()) if now != before] == []
    assert slots.live().name == "b"
    assert counted() == in_entries()


def test_a_second_rebuild_goes_back_to_the_first_slot(webs: list[Repository]) -> None:
    before = answers()
    for name in ("b", "a", "b"):
        rebuild_index()
        assert (slots.live().name, answers()) == (name, before)


def test_many_are_in_many_buckets(webs: list[Repository]) -> None:
    rebuild_index()
    bounds = SearchState.objects.get().bounds
    assert bool(bounds) == (connection.vendor == "postgresql")
    assert len(set(slots.live().bounds)) == len(bounds)


@pytest.mark.parametrize("at", ["3 entries", "6 entries", "the indexes over them"])
@pytest.mark.parametrize("is_read", [True, False])
def test_what_changes_meanwhile_is_found_as_it_is(
    world: World, webs: list[Repository], at: str, *, is_read: bool
) -> None:
    def happen() -> None:
        hide(webs[0])
        hide(webs[-1])
        Repository.objects.filter(pk=webs[1].pk).update(description="a fox")
        Repository.objects.filter(pk=webs[2].pk).update(state="trashed")
        published(world, "alice/new-web") if is_read else None

    rebuild_index(tell=once(happen, at=at))
    hidden = {webs[0].pk, webs[-1].pk, webs[2].pk}
    assert not hidden & hit_ids(ANONYMOUS)
    assert not {webs[2].pk} & hit_ids(Principal(world.root))
    assert found_names("fox") == ["alice/web-1"]
    assert bool(found_names("new")) == is_read
    assert counted() == in_entries()
    assert drift.check_index().wrong == []


@pytest.mark.parametrize("at", ["6 entries", "the indexes over them"])
def test_the_worker_goes_on_while_the_other_slot_is_filled(webs: list[Repository], at: str) -> None:
    def happen() -> None:
        Repository.objects.filter(pk=webs[0].pk).update(description="a fox")
        apply_changes()

    rebuild_index(tell=once(happen, at=at))
    assert found_names("fox") == [webs[0].name]


def test_what_is_made_private_is_hidden_before_and_after_the_switch(webs: list[Repository]) -> None:
    seen: list[bool] = []

    def hear(told: str) -> None:
        if told == "6 entries":
            hide(webs[3])
        seen.append(webs[3].pk in hit_ids(ANONYMOUS))

    rebuild_index(tell=hear)
    assert (seen[0], any(seen[2:])) == (True, False)
    assert webs[3].pk not in hit_ids(ANONYMOUS)


def test_the_last_change_before_the_switch_is_read(
    webs: list[Repository], monkeypatch: pytest.MonkeyPatch
) -> None:
    switch = rebuild._switch

    def change_and_switch(*given: Any) -> None:
        hide(webs[0])
        Repository.objects.filter(pk=webs[1].pk).update(description="a fox")
        switch(*given)

    monkeypatch.setattr(rebuild, "_switch", change_and_switch)
    rebuild_index()
    assert webs[0].pk not in hit_ids(ANONYMOUS)
    assert found_names("fox") == ["alice/web-1"]


def test_more_changes_than_one_look_takes_are_all_read_before_the_switch(
    webs: list[Repository], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.upkeep.BATCH", 2)

    def hide_all() -> None:
        Repository.objects.filter(pk__in=[one.pk for one in webs]).update(visibility="private")

    rebuild_index(tell=once(hide_all, at="the indexes over them"))
    assert not {one.pk for one in webs} & set(EntryB.objects.filter(audience=0).values_list("pk", flat=True))  # fmt: skip


def test_a_process_that_does_not_know_of_the_switch_yet_finds_nothing_hidden(
    webs: list[Repository],
) -> None:
    rebuild_index()
    hide(webs[0])
    assert not EntryA.objects.filter(pk=webs[0].pk).exists()
    assert not EntryB.objects.filter(pk=webs[0].pk).exists()


def test_of_two_rebuilds_at_once_the_later_one_counts(webs: list[Repository]) -> None:
    before = answers()
    with pytest.raises(Overtaken):
        rebuild_index(tell=once(rebuild_index))
    assert (slots.live().name, answers()) == ("b", before)
    assert counted() == in_entries()


def test_a_rebuild_that_was_overtaken_spoils_nothing(webs: list[Repository]) -> None:
    """The later one has begun, and the earlier one goes on before it ends."""
    before, state = answers(), SearchState.objects.get()

    def begin_and_fail() -> None:
        with suppress(OSError):
            rebuild_index(tell=once(fail, at="3 entries"))

    with pytest.raises(Overtaken):
        rebuild_index(tell=once(begin_and_fail))
    assert (SearchState.objects.get().live, answers()) == (state.live, before)
    assert EntryB.objects.count() == 3


def test_a_failed_one_leaves_the_index_as_it_was(world: World, webs: list[Repository]) -> None:
    before = answers()
    with pytest.raises(OSError):  # noqa: PT011
        rebuild_index(tell=once(fail))
    assert (slots.live().name, answers()) == ("a", before)
    hide(webs[0])
    published(world, "alice/late")
    assert webs[0].pk not in hit_ids(ANONYMOUS)
    assert rebuild_index() == Repository.objects.live().count()
    assert found_names("late") == ["alice/late"]
    assert counted() == in_entries()


def run(command: str, **options: Any) -> str:
    """What a command says."""
    said = StringIO()
    call_command(command, stdout=said, **options)
    return said.getvalue()


def test_the_command_says_what_it_does(webs: list[Repository]) -> None:
    said = run("rebuild_search_index")
    assert "24 entries" in said
    assert "24 repositories can be found" in said


def test_the_command_says_that_another_one_has_begun(
    webs: list[Repository], monkeypatch: pytest.MonkeyPatch
) -> None:
    begins = F("build") + 1
    monkeypatch.setattr(
        rebuild, "_write_words", lambda *_: SearchState.objects.update(build=begins)
    )
    with pytest.raises(CommandError, match="Another rebuild"):
        run("rebuild_search_index")


def damage(webs: list[Repository]) -> set[int]:
    """Spoil the index in every way; return what is wrong now."""
    missing, dead, seen, numbers, words = webs[:5]
    brought_up_to_date()
    live = EntryA if slots.live().name == "a" else EntryB
    live.objects.filter(pk=missing.pk).delete()
    kept = live.objects.get(pk=dead.pk)
    Repository.objects.filter(pk=dead.pk).update(state="trashed")
    brought_up_to_date()
    kept.save(force_insert=True)
    live.objects.filter(pk=numbers.pk).update(stars=99)
    live.objects.filter(pk=words.pk).update(lexemes="d/0")
    hidden = live.objects.get(pk=seen.pk)
    hide(seen)
    brought_up_to_date()
    live.objects.filter(pk=seen.pk).delete()
    hidden.save(force_insert=True)
    return {missing.pk, dead.pk, seen.pk, numbers.pk, words.pk}


def test_whatever_is_wrong_is_found_and_mended(webs: list[Repository]) -> None:
    wrong = damage(webs)
    found = drift.check_index()
    assert set(found.wrong) == wrong
    drift.mend(found)
    assert drift.check_index().wrong == []
    assert not {webs[1].pk, webs[2].pk} & hit_ids(ANONYMOUS)
    assert {webs[0].pk, webs[4].pk} <= hit_ids(ANONYMOUS)


def test_the_check_says_what_is_wrong_and_mends_it_if_asked(webs: list[Repository]) -> None:
    assert "as they should be" in run("check_search_index")
    EntryA.objects.filter(pk=webs[0].pk).delete()
    with pytest.raises(CommandError, match=f"1 of 23 entries are wrong: repositories {webs[0].pk}"):
        run("check_search_index")
    assert "They were written anew" in run("check_search_index", mend=True)
    assert "as they should be" in run("check_search_index")


def test_what_a_database_adds_to_entries_is_no_drift(
    webs: list[Repository], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL keeps pairs of frequent words beside what is the same everywhere."""
    monkeypatch.setattr(rebuild, "_SEEN", 2)
    rebuild_index()
    assert drift.check_index().wrong == []


def test_pulls_that_were_not_looked_for_yet_are_no_drift(webs: list[Repository]) -> None:
    Repository.objects.filter(pk=webs[0].pk).update(pull_count=900)
    assert drift.check_index().wrong == []


def test_two_frequent_words_are_counted_as_one(
    world: World, webs: list[Repository], monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "sqlite":
        return  # it asks for no pairs
    monkeypatch.setattr(rebuild, "_SEEN", 2)
    published(world, "alice/web-late", readme="alice")
    rebuild_index()
    assert counted()["alice+web"] == 21
    assert counted() == in_entries()
    webs[0].delete()
    Repository.objects.filter(pk=webs[1].pk).update(name="alice/other")
    brought_up_to_date()
    assert counted() == in_entries()


@pytest.mark.parametrize("word", ["red", "postgresql"])
def test_two_frequent_words_are_found_where_the_last_one_only_begins(
    world: World, webs: list[Repository], monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setattr(rebuild, "_SEEN", 2)
    published(world, f"alice/web-{word}ish", f"alice/{word}", f"alice/{word}-two")
    rebuild_index()
    assert found_names(f"web {word}") == [f"alice/web-{word}ish"]


def test_a_word_that_was_joined_before_it_was_written_is_found_from_the_top(
    world: World, webs: list[Repository]
) -> None:
    """The most popular one has it as two words; those that bring it as one are in the last bucket."""
    (joined,) = published(world, "alice/fast-red-is", star_count=500)
    rebuild_index()
    late = published(world, *(f"alice/fast-redis-{number}" for number in range(MANY)))
    found = [hit.repository_id for hit in hits(ANONYMOUS, "redis")]
    assert found == [joined.pk, *(one.pk for one in late)]
