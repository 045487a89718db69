"""Whose turn it is among moves, what may be asked for, and what else waits for a move or ends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.principals import Principal
from index import move_tasks, promotion_tasks
from index.copying.slots import Slots, copy_slot
from index.errors import RegistryTrouble
from index.flows.continue_tag_deletions import continue_tag_deletions
from index.flows.delete_tags import delete_tags
from index.flows.purge_tags import purge
from index.models import (
    Manifest,
    Move,
    MoveState,
    Promotion,
    PromotionState,
    Registry,
    Repository,
    Tag,
    TagDeletion,
)
from index.models.retention_rule import TagDeletionState
from index.registry_client import RegistryClient
from tests.conftest import World
from tests.factories import make_repository
from tests.registry_stub import RegistryStub, serve

NAME = "acme/app"
NOBODY = "http://127.0.0.1:1"  # answers here
START = timezone.now() - timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _silence(world: World) -> None:
    """No registry is there, so whatever is tried is noted as trouble."""
    Registry.objects.update(upstream_url=NOBODY)
    for row in (world.east, world.west):
        row.refresh_from_db()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which rows tasks were started for."""
    rows: list[int] = []
    for module in (move_tasks, promotion_tasks):
        monkeypatch.setattr(module, "start_soon", lambda _, row: rows.append(row))
    return rows


@pytest.fixture
def all_moving() -> Iterator[None]:
    """A worker that copies as many moves as it may."""
    with ExitStack() as stack:
        while stack.enter_context(copy_slot(Slots.MOVES)):
            pass
        yield


def make_move(world: World, name: str = "", **fields: Any) -> Move:
    """Make a move of acme/app, or of a repository of that name, from east to west."""
    repository = make_repository(name, registry=world.east) if name else world.app
    ends = {"source": world.east, "target": world.west, **fields}
    return Move.objects.create(repository=repository, **ends)


def make_flipped(world: World, ago: timedelta, **fields: Any) -> Move:
    """Make one that flipped so long ago."""
    since = timezone.now() - ago
    return make_move(world, state=MoveState.FLIPPED, flipped_at=since, **fields)


@pytest.mark.usefixtures("all_moving")
def test_late_pushes_are_looked_for_behind_a_mass_move(world: World, started: list[int]) -> None:
    asked = timezone.now() - HOUR
    queued = [make_move(world, f"acme/{name}", next_attempt_at=asked).pk for name in "abc"]
    flipped = make_flipped(world, timedelta(minutes=1))
    move_tasks.sweep_moves()
    assert started == [flipped.pk, *queued]
    for move_id in started[:2]:
        move_tasks.work_on_move(move_id)
    tried = Move.objects.filter(attempts=1).values_list("pk", flat=True)
    assert list(tried) == [flipped.pk]


def test_old_copies_do_not_wait_for_all_that_was_asked_since(
    world: World, started: list[int]
) -> None:
    asked = timezone.now() - HOUR
    make_move(world, "acme/a", next_attempt_at=asked)
    make_flipped(world, timedelta(days=8), name="acme/b")
    move_tasks.sweep_moves()
    of = dict(Move.objects.values_list("pk", "repository__name"))
    assert [of[move_id] for move_id in started] == ["acme/b", "acme/a"]


@pytest.mark.usefixtures("all_moving")
def test_promotions_do_not_wait_for_moves_nor_for_the_next_sweep(
    world: World, started: list[int]
) -> None:
    first, second = (
        Promotion.objects.create(
            source=world.private, target=world.app, target_tag=tag, digest="sha256:" + "0" * 64,
            state=PromotionState.COPYING, requested_by="user:1",
        )
        for tag in ("1", "2")
    )  # fmt: skip
    promotion_tasks.sweep_promotions()
    assert started == [first.pk, second.pk]
    promotion_tasks.continue_promotion(first.pk)
    assert started[2:] == [second.pk]


@pytest.fixture
def both(world: World) -> Iterator[tuple[RegistryStub, RegistryStub]]:
    """East and west, each with the same images of acme/app."""
    with serve(RegistryStub()) as east, serve(RegistryStub()) as west:
        for row, stub in ((world.east, east), (world.west, west)):
            row.upstream_url = stub.url
            row.save()
            for tag in ("one", "two"):
                digest = stub.push_image(NAME, tag, layer=tag.encode())
                manifest, _ = Manifest.objects.get_or_create(repository=world.app, digest=digest)
                Tag.objects.get_or_create(
                    repository=world.app, name=tag, manifest=manifest, pushed_at=START
                )
        yield east, west


def move_at_the_first_deletion(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """Let a small move be asked for and end while a registry takes its time to delete."""
    real = RegistryClient.delete_manifest

    def delete(client: RegistryClient, digest: str) -> None:
        Repository.objects.filter(pk=world.app.pk).update(registry=world.west)
        real(client, digest)

    monkeypatch.setattr(RegistryClient, "delete_manifest", delete)


def test_tags_are_taken_off_where_the_repository_is_by_then(
    world: World, both: tuple[RegistryStub, RegistryStub], monkeypatch: pytest.MonkeyPatch
) -> None:
    east, west = both
    delete_tags(world.app, {"one": "", "two": ""}, by=Principal(world.olga))
    with monkeypatch.context() as patch:
        move_at_the_first_deletion(patch, world)
        continue_tag_deletions(world.app.pk)
    assert (set(east.tags[NAME]), set(west.tags[NAME])) == ({"two"}, {"one", "two"})
    assert set(TagDeletion.objects.values_list("state", flat=True)) == {"untagging"}
    TagDeletion.objects.update(next_attempt_at=timezone.now())
    continue_tag_deletions(world.app.pk)
    assert west.tags[NAME] == {}
    assert set(TagDeletion.objects.values_list("state", flat=True)) == {"trashed"}


@pytest.mark.parametrize("how", ["moved", "being moved"])
def test_images_are_not_purged_where_the_repository_was(
    world: World,
    both: tuple[RegistryStub, RegistryStub],
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    east, _ = both
    [deletion] = delete_tags(world.app, {"one": ""}, by=Principal(world.olga))
    continue_tag_deletions(world.app.pk)
    TagDeletion.objects.update(state=TagDeletionState.PURGING, next_attempt_at=START)
    if how == "moved":
        delete_tags(world.app, {"two": ""}, by=Principal(world.olga))
        move_at_the_first_deletion(monkeypatch, world)
        continue_tag_deletions(world.app.pk)
    else:
        [claimed] = TagDeletion.objects.select_related("repository__registry")
        make_move(world)
        with pytest.raises(RegistryTrouble, match="being moved"):
            purge(claimed.repository, [claimed], RegistryClient(world.east, NAME))
    deletion.refresh_from_db()
    assert deletion.state == TagDeletionState.PURGING
    assert deletion.digest in east.manifests[NAME]
    world.app.refresh_from_db()
    assert world.app.writes_held_until is None
