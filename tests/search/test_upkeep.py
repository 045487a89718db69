"""Entries follow what was committed: in batches, and with several workers at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.principals import ANONYMOUS
from index.models import DailyCount, Repository
from search import upkeep
from search.backends import slots
from search.models import SearchChange, SearchLoss, WordA
from search.sources import entries_of
from tests.conftest import World
from tests.factories import make_repositories
from tests.search.conftest import brought_up_to_date, found_names, hit_ids, new_public, published
from tests.search.test_dictionary import counted, in_entries


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 3)


def many(world: World, number: int = 10) -> list[Repository]:
    """Repositories that upkeep does not know of yet."""
    return make_repositories(*(new_public(world.east, f"alice/web-{one}") for one in range(number)))


def hide(one: Repository) -> None:
    """Make it private."""
    Repository.objects.filter(pk=one.pk).update(visibility="private")


def aside(*tasks: Callable[[], object]) -> list[Any]:
    """Run each in a thread with a connection of its own, all at once; return what they raised."""
    raised: list[Any] = []
    start = Barrier(len(tasks))

    def run(task: Callable[[], object]) -> None:
        try:
            start.wait(20)
            task()
        except Exception as error:  # noqa: BLE001 - told to the test
            raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def test_all_batches_are_read(world: World) -> None:
    made = many(world)
    assert upkeep.apply_changes() >= len(made)
    assert {one.pk for one in made} <= hit_ids(ANONYMOUS)
    assert not SearchChange.objects.exists()


def test_a_limit_leaves_the_rest_for_the_next_time(world: World) -> None:
    brought_up_to_date()
    many(world)
    assert upkeep.apply_changes(limit=5) == 6
    assert SearchChange.objects.count() == 4
    assert upkeep.apply_changes() == 4


def test_many_changes_of_one_repository_make_one_entry(world: World) -> None:
    for number in range(8):
        Repository.objects.filter(pk=world.public.pk).update(description=f"fox {number}")
    brought_up_to_date()
    assert found_names("fox 7") == ["alice/pub"]
    assert counted() == in_entries()


def test_what_is_new_is_found_before_and_after_it_is_merged(world: World) -> None:
    published(world, "alice/fox")
    before = found_names("fox")
    pages = upkeep.merge_new()
    assert (pages > 0) == (connection.vendor == "postgresql")
    assert upkeep.merge_new() == 0
    assert before == found_names("fox") == ["alice/fox"]


def test_what_was_deleted_for_good_is_forgotten(world: World) -> None:
    [one] = published(world, "alice/manhattan")
    Repository.objects.filter(pk=one.pk).delete()
    brought_up_to_date()
    assert counted() == in_entries()


def pulled(repository: Repository, pulls: int) -> None:
    """Count pulls of today."""
    DailyCount.objects.create(repository=repository, day=timezone.now().date(), pulls=pulls)
    Repository.objects.filter(pk=repository.pk).update(pull_count=pulls)


def test_pulls_are_noted_where_they_make_a_difference(world: World) -> None:
    Repository.objects.filter(pk=world.base.pk).update(pull_count=1_000)
    brought_up_to_date()
    Repository.objects.update(description="new")  # so that it is indexed with them
    brought_up_to_date()
    pulled(world.public, 10)
    pulled(world.base, 1_040)
    assert upkeep.look_for_pulls() == 1
    assert set(SearchChange.objects.values_list("repository_id", flat=True)) == {world.public.pk}
    brought_up_to_date()
    assert upkeep.look_for_pulls() == 0
    assert found_names("pulls:10") == ["alice/pub"]


def test_pulls_of_long_ago_are_not_looked_for(world: World) -> None:
    brought_up_to_date()
    pulled(world.public, 10)
    DailyCount.objects.update(day=timezone.now().date() - timedelta(days=3))
    assert upkeep.look_for_pulls() == 0


def test_the_words_of_more_than_a_batch_are_forgotten(world: World) -> None:
    """Once both slots were built, each entry that is hidden leaves its words twice."""
    made = published(world, "alice/manhattan", "alice/mulholland")
    Repository.objects.filter(pk__in=[one.pk for one in made]).update(visibility="private")
    SearchLoss.objects.bulk_create(SearchLoss(slot="b", lexemes="a/web") for _ in made)
    brought_up_to_date()
    assert not SearchLoss.objects.exists()


@pytest.fixture
def emptied(transactional_db: None) -> None:
    """Forget what the triggers wrote down while the test before was cleared away."""
    SearchChange.objects.all().delete()
    SearchLoss.objects.all().delete()
    WordA.objects.all().delete()


@pytest.fixture
def committed(transactional_db: None, emptied: None, world: World) -> World:
    """The cast, for all to see."""
    upkeep.begin()
    return world


@pytest.mark.django_db(transaction=True)
def test_two_workers_lose_nothing(committed: World) -> None:
    made = many(committed, 30)
    changes = [lambda one=one: hide(one) for one in made[:3]]
    assert aside(*(upkeep.apply_changes for _ in range(3)), *changes) == []
    brought_up_to_date()
    assert hit_ids(ANONYMOUS) >= {one.pk for one in made[3:]}
    assert not hit_ids(ANONYMOUS) & {one.pk for one in made[:3]}
    assert counted() == in_entries()


@pytest.mark.django_db(transaction=True)
def test_a_change_while_upkeep_reads_brings_nothing_back(
    committed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Upkeep has read what was public; before it writes, somebody tries to make it private."""
    brought_up_to_date()
    Repository.objects.filter(pk=committed.public.pk).update(description="new")
    begun = Event()

    def hide_it() -> None:
        begun.set()
        hide(committed.public)
        connection.close()

    hiding = Thread(target=hide_it)

    def read_and_wait(ids: Any, *, are_held: bool) -> Any:
        entries = entries_of(ids, are_held=are_held)
        if not hiding.ident:
            hiding.start()
            begun.wait(20)
        return entries

    monkeypatch.setattr(upkeep, "entries_of", read_and_wait)
    upkeep.apply_changes()
    hiding.join(20)
    assert committed.public.pk not in hit_ids(ANONYMOUS)
    upkeep.apply_changes()
    assert committed.public.pk not in hit_ids(ANONYMOUS)
    assert counted() == in_entries()


@pytest.mark.django_db(transaction=True)
def test_upkeep_waits_for_nobody_who_writes_a_repository(committed: World) -> None:
    if connection.vendor == "sqlite":
        return  # it has one writer at a time: everybody waits
    brought_up_to_date()
    Repository.objects.filter(pk__in=[committed.public.pk, committed.base.pk]).update(
        description="new"
    )
    with transaction.atomic():
        list(Repository.objects.filter(pk=committed.public.pk).locked())
        assert aside(upkeep.apply_changes) == []
    assert found_names("new") == ["base"]
    assert committed.public.pk in hit_ids(ANONYMOUS)
    left = SearchChange.objects.values_list("repository_id", flat=True)
    assert list(left) == [committed.public.pk]
    brought_up_to_date()
    assert set(found_names("new")) == {"base", "alice/pub"}


@pytest.mark.django_db(transaction=True)
def test_what_waits_keeps_nothing_else_from_being_read(committed: World) -> None:
    if connection.vendor == "sqlite":
        return  # it has one writer at a time: everybody waits
    brought_up_to_date()
    held = [committed.public.pk, committed.base.pk, committed.app.pk]
    for number in range(2):
        Repository.objects.filter(pk__in=held).update(description=f"new {number}")
    made = many(committed, 4)
    done: list[int] = []
    with transaction.atomic():
        list(Repository.objects.filter(pk__in=held[:2]).locked())
        assert aside(lambda: done.append(upkeep.apply_changes())) == []
    assert done == [2 + len(made)]
    assert SearchChange.objects.count() == 4
    assert upkeep.apply_changes() == 4
    assert not SearchChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_held_without_a_transaction(committed: World) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        slots.hold()


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_does_nothing_while_one_is_at_it(committed: World) -> None:
    if connection.vendor == "sqlite":
        return  # it has one writer at a time: everybody waits
    done: list[int] = []
    with transaction.atomic():
        assert slots.hold()
        assert aside(lambda: done.append(upkeep.apply_changes())) == []
    assert done == [0]
    assert SearchChange.objects.exists()
