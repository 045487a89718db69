"""Deleted tags that are undone, that a push overtakes, and that a registry gives trouble with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.principals import Principal
from index.errors import InTrash
from index.flows.continue_tag_deletions import continue_tag_deletions
from index.flows.delete_tags import delete_tags
from index.flows.undelete_tag import undelete_tag
from index.models import Manifest, Move, Repository, Tag, TagDeletion
from index.registry_client import RegistryClient
from index.tag_trash import forget_the_past
from tests.conftest import World
from tests.index.delete_tags.at_east import NAME, delete, either_way, learn, purge, state_of
from tests.registry_stub import RegistryStub, serve


@either_way
def test_undo_puts_the_same_bytes_and_the_same_row_back(world: World, stub: RegistryStub) -> None:
    Tag.objects.filter(name="three").update(pushed_by=world.mia, pull_count=7)
    before = Tag.objects.values().get(name="three")
    digest = stub.tags[NAME]["three"]
    [deletion] = delete(world, "three")
    undelete_tag(deletion, by=Principal(world.olga))
    continue_tag_deletions(world.app.pk)
    assert stub.tags[NAME]["three"] == digest
    after = Tag.objects.values().get(name="three")
    assert {**after, "id": 0} == {**before, "id": 0}
    assert state_of(deletion) == "restored"
    purge(world)
    assert digest in stub.manifests[NAME]


def test_undo_works_where_the_registry_forgot_the_manifest(
    world: World, stub: RegistryStub
) -> None:
    digest = stub.tags[NAME]["three"]
    [deletion] = delete(world, "three")
    del stub.manifests[NAME][digest]
    undelete_tag(deletion, by=Principal(world.olga))
    continue_tag_deletions(world.app.pk)
    assert stub.tags[NAME]["three"] == digest
    assert digest in stub.manifests[NAME]


@either_way
def test_undo_while_the_tag_is_being_taken_off_loses_nothing(
    world: World, stub: RegistryStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = stub.tags[NAME]["three"]
    [deletion] = delete_tags(world.app, {"three": ""}, by=Principal(world.olga))

    def undo_and_take_off(client: RegistryClient, tag: str) -> bool:
        undelete_tag(deletion, by=Principal(world.olga))
        continue_tag_deletions(world.app.pk)  # another worker: it finds the tag still there
        return real(client, tag)

    real = RegistryClient.delete_tag
    monkeypatch.setattr(RegistryClient, "delete_tag", undo_and_take_off)
    continue_tag_deletions(world.app.pk)
    assert stub.tags[NAME].get("three") == digest
    assert world.app.tags.filter(name="three").exists()
    assert state_of(deletion) == "restored"


def test_undo_of_what_is_not_yet_taken_off_leaves_it_alone(
    world: World, stub: RegistryStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = delete_tags(world.app, {"one": "", "three": ""}, by=Principal(world.olga))
    digest = stub.tags[NAME]["three"]

    def undo_both(client: RegistryClient, tag: str) -> bool:
        monkeypatch.setattr(RegistryClient, "delete_tag", real)
        for one in made:
            undelete_tag(one, by=Principal(world.olga))
        continue_tag_deletions(world.app.pk)
        return real(client, tag)

    real = RegistryClient.delete_tag
    monkeypatch.setattr(RegistryClient, "delete_tag", undo_both)
    continue_tag_deletions(world.app.pk)
    assert stub.tags[NAME]["one"] == stub.tags[NAME]["two"]
    assert stub.tags[NAME]["three"] == digest
    assert [state_of(one) for one in made] == ["restored", "restored"]


def test_after_the_trash_is_emptied_there_is_no_undo(world: World, stub: RegistryStub) -> None:
    [deletion] = delete(world, "three")
    purge(world)
    with pytest.raises(InTrash):
        undelete_tag(deletion, by=Principal(world.olga))


@either_way
def test_a_push_before_the_registry_was_asked_wins(world: World, stub: RegistryStub) -> None:
    [deletion] = delete_tags(world.app, {"three": ""}, by=Principal(world.olga))
    pushed = stub.push_image(NAME, "three", layer=b"newer")
    continue_tag_deletions(world.app.pk)
    assert stub.tags[NAME]["three"] == pushed
    assert state_of(deletion) == "overtaken"


def test_a_push_of_the_same_image_before_the_registry_was_asked_wins_too(
    world: World, stub: RegistryStub
) -> None:
    [deletion] = delete_tags(world.app, {"three": ""}, by=Principal(world.olga))
    learn(world.app, stub)  # the notification of the second push
    continue_tag_deletions(world.app.pk)
    assert "three" in stub.tags[NAME]
    assert state_of(deletion) == "overtaken"


def test_a_push_in_the_moment_of_taking_off_is_put_back(world: World, stub: RegistryStub) -> None:
    delete(world, "three")
    manifest = Manifest.objects.get(repository=world.app, digest=stub.tags[NAME]["one"])
    Tag.objects.create(
        repository=world.app, name="three", manifest=manifest, pushed_at=timezone.now()
    )
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        continue_tag_deletions(world.app.pk)
    assert stub.tags[NAME]["three"] == manifest.digest


def test_a_tag_that_the_registry_has_again_is_known_again(world: World, stub: RegistryStub) -> None:
    delete(world, "three")
    pushed = stub.push_image(NAME, "three", layer=b"never told of")
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        continue_tag_deletions(world.app.pk)
    assert world.app.tags.get(name="three").manifest.digest == pushed


def test_undo_leaves_a_tag_that_was_pushed_again_alone(world: World, stub: RegistryStub) -> None:
    [deletion] = delete(world, "three")
    pushed = stub.push_image(NAME, "three", layer=b"newer")
    learn(world.app, stub)
    with pytest.raises(InTrash, match="pushed again"):
        undelete_tag(deletion, by=Principal(world.olga))
    assert stub.tags[NAME]["three"] == pushed


def test_a_push_while_the_manifest_is_deleted_brings_everything_back(
    world: World, stub: RegistryStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = stub.tags[NAME]["three"]
    row = Manifest.objects.get(repository=world.app, digest=digest)
    [deletion] = delete(world, "three")

    def push_then_delete(client: RegistryClient, wanted: str) -> None:
        real(client, wanted)
        if wanted == digest and not world.app.tags.filter(name="late").exists():
            Tag.objects.create(
                repository=world.app, name="late", manifest=row, pushed_at=timezone.now()
            )

    real = RegistryClient.delete_manifest
    monkeypatch.setattr(RegistryClient, "delete_manifest", push_then_delete)
    purge(world)
    assert stub.tags[NAME]["late"] == digest
    assert digest in stub.manifests[NAME]
    assert state_of(deletion) == "kept"


FAULTS = ["500", "429", "401", "404", "405", "reset", "redirect", "html"]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("position", [4, 9])
def test_a_registry_in_trouble_delays_and_harms_nothing(
    world: World, stub: RegistryStub, fault: str, position: int
) -> None:
    tags = dict(stub.tags[NAME])
    with serve(RegistryStub()) as elsewhere:
        stub.elsewhere = f"{elsewhere.url}/v2/"
        stub.faults = [""] * position + [fault]
        [deletion] = delete_tags(world.app, {"three": ""}, by=Principal(world.olga))
        with time_machine.travel(timezone.now()) as clock:
            for _ in range(6):
                continue_tag_deletions(world.app.pk)
                clock.shift(timedelta(days=3))
        assert elsewhere.requests == []
    assert state_of(deletion) in {"deleted", "kept"}
    left = {tag: digest for tag, digest in stub.tags[NAME].items() if tag != "three"}
    assert left == {tag: digest for tag, digest in tags.items() if tag != "three"}
    assert set(left.values()) <= set(stub.manifests[NAME])


def test_what_was_done_long_ago_is_forgotten(world: World, stub: RegistryStub) -> None:
    delete(world, "three", "one")
    undelete_tag(TagDeletion.objects.get(tag="one"), by=Principal(world.olga))
    continue_tag_deletions(world.app.pk)
    assert not TagDeletion.objects.get(tag="one").document
    with time_machine.travel(timezone.now() + timedelta(days=181)):
        forget_the_past()
    assert list(TagDeletion.objects.values_list("tag", flat=True)) == ["three"]


def test_pushes_are_told_to_come_again_while_images_are_deleted_and_only_then(
    world: World, stub: RegistryStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look_then_delete(client: RegistryClient, digest: str) -> None:
        seen.append(Repository.objects.get(pk=world.app.pk).writes_held_until)
        real(client, digest)

    delete(world, "three")
    real = RegistryClient.delete_manifest
    monkeypatch.setattr(RegistryClient, "delete_manifest", look_then_delete)
    purge(world)
    assert seen
    assert None not in seen
    assert Repository.objects.get(pk=world.app.pk).writes_held_until is None


@pytest.mark.parametrize("minutes", [1.5, 3])
def test_pushes_are_held_as_long_as_it_takes_or_nothing_more_is_deleted(
    world: World, stub: RegistryStub, monkeypatch: pytest.MonkeyPatch, minutes: float
) -> None:
    """A push that sees a blob there counts on it: no blob goes while pushes are let in."""
    delete(world, "three")
    blobs = set(stub.blobs[NAME])
    start = timezone.now() + timedelta(days=8)
    with time_machine.travel(start, tick=False) as clock:
        free: list[bool] = []

        def delete_slowly(client: RegistryClient, digest: str) -> None:
            real(client, digest)
            clock.shift(timedelta(minutes=minutes))

        def look_then_unlink(client: RegistryClient, digest: str) -> None:
            until = Repository.objects.get(pk=world.app.pk).writes_held_until
            free.append(until is None or until <= timezone.now())
            unlink(client, digest)
            clock.shift(timedelta(minutes=minutes))

        real, unlink = RegistryClient.delete_manifest, RegistryClient.delete_blob_link
        monkeypatch.setattr(RegistryClient, "delete_manifest", delete_slowly)
        monkeypatch.setattr(RegistryClient, "delete_blob_link", look_then_unlink)
        continue_tag_deletions(world.app.pk)
    assert not any(free)
    assert (set(stub.blobs[NAME]) < blobs) is (minutes < 2)


def test_what_a_move_holds_is_left_to_it(world: World, stub: RegistryStub) -> None:
    [deletion] = delete(world, "three")
    Move.objects.create(repository=world.app, source=world.east, target=world.west)
    purge(world)
    assert state_of(deletion) == "trashed"
    assert stub.tags[NAME].keys() == {"one", "two", "child", "multi"}


def test_the_storage_is_counted_again(world: World, stub: RegistryStub) -> None:
    delete(world, "three")
    purge(world)
    world.app.namespace.refresh_from_db()
    used = sum(len(content) for content in stub.blobs[NAME].values())
    assert world.app.namespace.storage_used == used


def test_without_a_trash_the_image_goes_at_once(
    world: World, stub: RegistryStub, settings: Any
) -> None:
    settings.TRASH_DAYS = 0
    digest = stub.tags[NAME]["three"]
    delete(world, "three")
    continue_tag_deletions(world.app.pk)
    assert digest not in stub.manifests[NAME]


def test_a_registry_that_deletes_nothing_keeps_its_tag_whole(
    world: World, stub: RegistryStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = dict(stub.tags[NAME])
    answer = stub.answer
    monkeypatch.setattr(
        stub,
        "answer",
        lambda method, *rest: (405, {}, b"") if method == "DELETE" else answer(method, *rest),
    )
    [deletion] = delete(world, "three")
    assert stub.tags[NAME] == tags
    assert state_of(deletion) == "untagging"
    assert "405" in deletion.last_problem
