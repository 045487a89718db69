"""Deletions around moves: of tags and of whole repositories, where copies are at two registries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.principals import Principal
from index.errors import RegistryTrouble
from index.flows import delete_repository
from index.flows.continue_tag_deletions import continue_tag_deletions
from index.flows.delete_repository import continue_deletion, request_deletion
from index.flows.delete_tags import delete_tags
from index.flows.purge_tags import purge
from index.flows.request_move import cancel_move
from index.models import (
    Deletion,
    Manifest,
    Move,
    MoveState,
    Repository,
    RepositoryState,
    Tag,
    TagDeletion,
)
from index.models.retention_rule import TagDeletionState
from index.moves.lease import claim
from index.registry_client import RegistryClient
from tests.conftest import World
from tests.registry_stub import RegistryStub, serve

NAME = "acme/app"
START = timezone.now() - timedelta(minutes=1)


def make_move(world: World, **fields: Any) -> Move:
    """Make a move of acme/app from east to west."""
    return Move.objects.create(repository=world.app, source=world.east, target=world.west, **fields)


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


def begin_deletion(world: World) -> Deletion:
    """Let olga delete acme/app for good, and a worker begin."""
    made = request_deletion(world.app, by=Principal(world.olga), at_once=True)
    Deletion.objects.update(next_attempt_at=START)
    claimed = delete_repository.claim(made.pk)
    assert claimed
    return claimed


def test_a_deletion_stops_moves_and_waits_for_what_they_upload(
    world: World, both: tuple[RegistryStub, RegistryStub]
) -> None:
    move = make_move(world, is_target_ours=True, next_attempt_at=START)
    assert claim(move.pk)  # a worker is at it
    deletion = begin_deletion(world)
    continue_deletion(deletion)
    move.refresh_from_db()
    assert move.state == MoveState.CLEANING
    assert deletion.next_attempt_at > timezone.now() + timedelta(minutes=2)
    assert all(stub.tags[NAME] for stub in both)
    continue_deletion(begin_deletion(world))
    assert not any(stub.manifests[NAME] for stub in both)
    assert Repository.objects.get(pk=world.app.pk).state == RepositoryState.DELETED


def test_a_deletion_waits_for_the_worker_of_a_move_that_was_just_cancelled(
    world: World, both: tuple[RegistryStub, RegistryStub]
) -> None:
    move = make_move(world, is_target_ours=True, next_attempt_at=START)
    assert claim(move.pk)
    cancel_move(move, by=None)
    assert move.next_attempt_at > timezone.now() + timedelta(minutes=2)
    continue_deletion(begin_deletion(world))
    assert all(stub.tags[NAME] for stub in both)
    Move.objects.update(next_attempt_at=START)  # its last upload has ended
    continue_deletion(begin_deletion(world))
    assert Repository.objects.get(pk=world.app.pk).state == RepositoryState.DELETED


def test_the_proof_of_a_deletion_comes_after_all_copies_were_emptied(
    world: World, both: tuple[RegistryStub, RegistryStub], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_move(world, is_target_ours=True, next_attempt_at=START)
    east, west = both
    real = RegistryClient.tags

    def tags(client: RegistryClient) -> list[str]:
        if client.registry == world.west and west.manifests[NAME]:
            east.push_image(NAME, "late")  # while the other one is emptied
        return real(client)

    monkeypatch.setattr(RegistryClient, "tags", tags)
    deletion = begin_deletion(world)
    continue_deletion(deletion)
    assert "still there" in deletion.last_problem
    continue_deletion(begin_deletion(world))
    assert not any(stub.manifests[NAME] for stub in both)


def test_what_no_move_has_put_there_outlives_a_deletion(
    world: World, both: tuple[RegistryStub, RegistryStub]
) -> None:
    make_move(world, next_attempt_at=START)  # which waits, since west has something of that name
    continue_deletion(begin_deletion(world))
    east, west = both
    assert not east.manifests[NAME]
    assert set(west.tags[NAME]) == {"one", "two"}
