"""Changes get to the cluster once, in their order, and a new index is filled beside the old one."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import Visibility
from accounts.principals import ANONYMOUS
from index.models import Repository
from search import tasks, upkeep
from search.backends import opensearch_upkeep
from search.backends.opensearch import OpenSearchEngine, cluster
from search.backends.opensearch_cluster import ClusterAway, Operation
from search.backends.opensearch_mapping import document_of, index_of
from search.backends.opensearch_outbox import note
from search.engine import search
from search.models import SearchOutbox
from search.query import parse_query
from search.sources import entries_of
from tests.conftest import World
from tests.factories import make_repository
from tests.search.opensearch.conftest import fill


@pytest.fixture
def filled(world: World, engine: OpenSearchEngine) -> OpenSearchEngine:
    """The engine, with everything in it."""
    make_repository("bobby/redis", visibility=Visibility.PUBLIC, description="one")
    fill(engine)
    return engine


def describe(text: str, name: str = "bobby/redis") -> int:
    """Change a repository, in the database's index too; return its id."""
    found = Repository.objects.filter(name=name)
    found.update(description=text)
    upkeep.apply_changes()
    return found.get().pk


def is_sent(text: str) -> bool:
    """Whether the cluster finds it."""
    assert SearchOutbox.objects.count() == 0
    return search(ANONYMOUS, parse_query(text)).total == 1


def operation(repository_id: int, version: int) -> Operation:
    """Return what writes a repository as it is now."""
    [entry] = entries_of([repository_id])
    return Operation(repository_id, version, document_of(entry))


def test_what_changed_is_sent_and_then_forgotten(filled: OpenSearchEngine) -> None:
    describe("two")
    assert SearchOutbox.objects.count() == 1
    filled.keep_up()
    assert is_sent("two")
    assert not is_sent("one")


def test_of_many_changes_of_one_the_last_is_sent_once(filled: OpenSearchEngine) -> None:
    for text in ("two", "three", "four"):
        describe(text)
    assert opensearch_upkeep.send(cluster()) == 3
    assert is_sent("four")


def test_a_change_that_is_rolled_back_is_not_sent(filled: OpenSearchEngine) -> None:
    with transaction.atomic():
        describe("two")
        transaction.set_rollback(True)
    filled.keep_up()
    assert is_sent("one")


def test_an_older_state_overwrites_no_newer_one(filled: OpenSearchEngine) -> None:
    pk = describe("two")
    old = operation(pk, 2)
    describe("three")
    filled.keep_up()
    assert cluster().write([old], to=cluster().targets(), visible=True) == []
    assert is_sent("three")


def test_what_was_deleted_does_not_come_back(filled: OpenSearchEngine) -> None:
    pk = describe("two")
    old = operation(pk, 2)
    Repository.objects.filter(pk=pk).delete()
    upkeep.apply_changes()
    note([pk])
    filled.keep_up()
    cluster().write([old], to=cluster().targets(), visible=True)
    assert cluster().checks_of([pk]) == {}


def test_a_document_that_is_refused_does_not_hold_up_the_others(
    filled: OpenSearchEngine, caplog: pytest.LogCaptureFixture
) -> None:
    bad = Operation(10**6, 5, {"unheard": "of"})
    good = operation(describe("two"), 10**6)
    assert cluster().write([bad, good], to=cluster().targets(), visible=True) == [10**6]
    assert "1000000" in caplog.text
    SearchOutbox.objects.all().delete()
    assert is_sent("two")


def test_more_than_one_batch_is_sent(world: World, engine: OpenSearchEngine) -> None:
    fill(engine)
    note([world.public.pk] * (opensearch_upkeep.BATCH + 1))
    assert opensearch_upkeep.send(cluster()) == opensearch_upkeep.BATCH + 1
    assert SearchOutbox.objects.count() == 0


def test_the_first_index_is_filled_by_itself(world: World, engine: OpenSearchEngine) -> None:
    upkeep.apply_changes()
    tasks.send_to_opensearch()
    assert cluster().count() == Repository.objects.count()
    assert SearchOutbox.objects.count() == 0


def test_while_a_new_index_is_filled_changes_go_to_both(filled: OpenSearchEngine) -> None:
    there = cluster()
    pk = describe("one")
    old = operation(pk, 1)
    name = there.begin_filling(index_of)
    describe("two")
    filled.keep_up()
    assert is_sent("two")
    there.write([old], to=[there.filling], visible=False)  # read before, written after
    there.end_filling(name)
    assert is_sent("two")


def test_an_index_left_half_filled_is_thrown_away(filled: OpenSearchEngine) -> None:
    there = cluster()
    abandoned = there.begin_filling(index_of)
    assert filled.fill() == Repository.objects.count()
    assert len(there.targets()) == 1
    with pytest.raises(ClusterAway):
        there.end_filling(abandoned)
    assert is_sent("one")


def test_an_index_that_is_gone_is_not_made_by_writing(
    world: World, engine: OpenSearchEngine
) -> None:
    note([world.public.pk])
    with pytest.raises(ClusterAway):
        cluster().write([operation(world.public.pk, 9)], to=["waybill-test-none"], visible=True)


def test_a_look_finds_what_is_wrong_and_mends_it(filled: OpenSearchEngine, world: World) -> None:
    there = cluster()
    assert opensearch_upkeep.check(there) == []
    note([world.app.pk])
    version = SearchOutbox.objects.get().pk
    leaking = operation(world.private.pk, version)
    assert leaking.body
    leaking.body.update(audience="0", check=1)
    missing = Operation(world.public.pk, version, None)
    there.write([leaking, missing], to=there.targets(), visible=True)
    wrong = sorted([world.private.pk, world.public.pk])
    assert opensearch_upkeep.check(there) == wrong
    filled.keep_up()
    assert opensearch_upkeep.check(there) == []
    assert search(ANONYMOUS, parse_query("priv")).total == 0


def test_a_look_fills_a_new_index_where_too_much_is_missing(
    filled: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = cluster()
    monkeypatch.setattr(opensearch_upkeep, "BATCH", 1)
    ids = list(Repository.objects.values_list("pk", flat=True))
    there.write([Operation(pk, 10**6, None) for pk in ids], to=there.targets(), visible=True)
    assert there.count() == 0
    tasks.check_opensearch()
    assert there.count() == len(ids)


def test_the_command_says_how_many_there_are(
    world: World, engine: OpenSearchEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("fill_opensearch")
    assert f"{Repository.objects.count()} repositories" in capsys.readouterr().out


def test_without_a_cluster_nothing_is_kept_for_one(world: World, settings: Any) -> None:
    settings.OPENSEARCH_URLS = ()
    upkeep.apply_changes()
    tasks.send_to_opensearch()
    tasks.check_opensearch()
    assert SearchOutbox.objects.count() == 0
    with pytest.raises(CommandError, match="WAYBILL_OPENSEARCH_URLS"):
        call_command("fill_opensearch")
