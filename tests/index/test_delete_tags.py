"""Deleting tags: one by one, undone, and purged only where nothing else needs the image."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.principals import Principal
from index.errors import DeletionRefused, Denied, InTrash, TagIsImmutable
from index.flows.change_repository import change_immutable_tags, change_mode
from index.flows.continue_tag_deletions import continue_tag_deletions
from index.flows.delete_tags import delete_tags
from index.flows.describe_manifest import describe_manifest
from index.flows.undelete_tag import undelete_tag
from index.models import (
    Activity,
    BlobLink,
    Manifest,
    Move,
    Registry,
    Repository,
    RepositoryMode,
    Stage,
    Tag,
    TagChange,
    TagDeletion,
    Writers,
)
from index.registry_client import RegistryClient, digest_of_bytes
from index.tag_trash import forget_the_past, preview_tags
from tests.conftest import World
from tests.registry_stub import RegistryStub, serve

NAME = "acme/app"


either_way = pytest.mark.parametrize(
    "stub", [False, True], ids=["by digest", "by tag"], indirect=True
)


@pytest.fixture
def stub(world: World, request: pytest.FixtureRequest) -> Iterator[RegistryStub]:
    """East: two tags on one image, one on another, an index over two images of which one is tagged."""
    with serve(RegistryStub()) as stub:
        stub.deletes_tags = getattr(request, "param", False)
        stub.push_image(NAME, "one", "two")
        stub.push_image(NAME, "three", layer=b"third")
        children = [stub.push_image(NAME, "child", layer=b"a"), stub.push_image(NAME, layer=b"b")]
        stub.push_index(NAME, "multi", children)
        stub.push_image("alice/priv", "latest")
        Registry.objects.update(upstream_url=stub.url)
        world.east.refresh_from_db()
        world.app.refresh_from_db()
        learn(world.app, stub)
        yield stub


def learn(repository: Repository, stub: RegistryStub) -> None:
    """Write down what the registry holds, as events and descriptions do."""
    for tag, digest in stub.tags[repository.name].items():
        manifest, _ = Manifest.objects.get_or_create(repository=repository, digest=digest)
        Tag.objects.update_or_create(
            repository=repository,
            name=tag,
            defaults={"manifest": manifest, "pushed_at": timezone.now()},
        )
    for manifest in repository.manifests.all():
        describe_manifest(manifest)


def delete(world: World, *tags: str) -> list[TagDeletion]:
    """Let olga delete tags, and let the worker take them off."""
    made = delete_tags(world.app, dict.fromkeys(tags, ""), by=Principal(world.olga))
    continue_tag_deletions(world.app.pk)
    return made


def purge(world: World) -> None:
    """Let a week go by, and the worker come again and again."""
    with time_machine.travel(timezone.now() + timedelta(days=8)) as clock:
        for _ in range(3):
            continue_tag_deletions(world.app.pk)
            clock.shift(timedelta(hours=1))


def state_of(deletion: TagDeletion) -> str:
    """Return how far it has come."""
    deletion.refresh_from_db()
    return deletion.state


@either_way
def test_the_tag_goes_and_its_siblings_and_the_image_stay(world: World, stub: RegistryStub) -> None:
    digest = stub.tags[NAME]["one"]
    [deletion] = delete(world, "one")
    assert "one" not in stub.tags[NAME]
    assert stub.tags[NAME]["two"] == digest
    assert digest in stub.manifests[NAME]
    assert state_of(deletion) == "trashed"
    assert not world.app.tags.filter(name="one").exists()


def test_the_image_of_the_last_tag_stays_until_the_trash_is_emptied(
    world: World, stub: RegistryStub
) -> None:
    digest = stub.tags[NAME]["three"]
    before = set(stub.blobs[NAME])
    [deletion] = delete(world, "three")
    assert digest in stub.manifests[NAME]
    purge(world)
    assert state_of(deletion) == "deleted"
    assert digest not in stub.manifests[NAME]
    gone = before - set(stub.blobs[NAME])
    assert gone == {digest_of_bytes(b"third", "sha256")}  # the config is shared
    assert not Manifest.objects.filter(repository=world.app, digest=digest).exists()
    assert not BlobLink.objects.filter(repository=world.app, digest__in=gone).exists()
    assert deletion.freed == len(b"third")


@either_way
def test_no_placeholder_is_left(world: World, stub: RegistryStub) -> None:
    before = set(stub.manifests[NAME])
    delete(world, "one", "three", "multi")
    assert set(stub.manifests[NAME]) == before


def test_an_image_that_a_sibling_tag_points_to_is_kept(world: World, stub: RegistryStub) -> None:
    digest = stub.tags[NAME]["one"]
    [deletion] = delete(world, "one")
    purge(world)
    assert state_of(deletion) == "kept"
    assert digest in stub.manifests[NAME]
    assert stub.tags[NAME]["two"] == digest


def test_a_sibling_that_nobody_told_of_is_heeded(world: World, stub: RegistryStub) -> None:
    digest = stub.tags[NAME]["three"]
    [deletion] = delete(world, "three")
    stub.tags[NAME]["unheard-of"] = digest
    purge(world)
    assert state_of(deletion) == "kept"
    assert stub.tags[NAME]["unheard-of"] == digest
    assert digest in stub.manifests[NAME]


@either_way
def test_an_index_takes_along_what_nothing_else_needs(world: World, stub: RegistryStub) -> None:
    index, child = stub.tags[NAME]["multi"], stub.tags[NAME]["child"]
    entries = {one.digest for one in Manifest.objects.get(digest=index).entries.all()}
    delete(world, "multi")
    purge(world)
    assert index not in stub.manifests[NAME]
    assert entries & set(stub.manifests[NAME]) == {child}


def test_a_child_of_an_index_that_stays_is_kept(world: World, stub: RegistryStub) -> None:
    child = stub.tags[NAME]["child"]
    [deletion] = delete(world, "child")
    purge(world)
    assert state_of(deletion) == "kept"
    assert child in stub.manifests[NAME]


def test_signatures_go_with_their_image_and_stay_with_it(world: World, stub: RegistryStub) -> None:
    three, one = stub.tags[NAME]["three"], stub.tags[NAME]["one"]
    signatures = [stub.push_referrer(NAME, three), stub.push_referrer(NAME, one)]
    for digest in signatures:
        manifest = Manifest.objects.create(repository=world.app, digest=digest)
        describe_manifest(manifest)
    delete(world, "three", "one")
    purge(world)
    assert [digest in stub.manifests[NAME] for digest in signatures] == [False, True]


def test_untagged_images_that_nobody_deleted_stay(world: World, stub: RegistryStub) -> None:
    untagged = stub.push_image(NAME, layer=b"untagged")
    Manifest.objects.create(repository=world.app, digest=untagged)
    delete(world, "one", "two", "three")
    purge(world)
    assert untagged in stub.manifests[NAME]


def test_nothing_of_another_repository_is_touched(world: World, stub: RegistryStub) -> None:
    held = dict(stub.blobs["alice/priv"]), dict(stub.manifests["alice/priv"])
    delete(world, "one", "two", "three")
    purge(world)
    assert (stub.blobs["alice/priv"], stub.manifests["alice/priv"]) == held


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


def test_immutable_tags_are_refused_and_nothing_else_goes(world: World, stub: RegistryStub) -> None:
    change_immutable_tags(world.app, by=Principal(world.olga), patterns=["t*"])
    with pytest.raises(TagIsImmutable, match="three"):
        delete_tags(world.app, {"one": "", "three": ""}, by=Principal(world.olga))
    assert world.app.tags.count() == 5


@pytest.mark.parametrize("mode", [RepositoryMode.READ_ONLY, RepositoryMode.ARCHIVED])
def test_what_is_archived_keeps_its_tags(
    world: World, stub: RegistryStub, mode: RepositoryMode
) -> None:
    change_mode(world.app, by=Principal(world.olga), mode=mode)
    with pytest.raises(Denied, match=mode.value):
        delete_tags(world.app, {"one": ""}, by=Principal(world.olga))


def test_what_was_archived_meanwhile_keeps_its_images(world: World, stub: RegistryStub) -> None:
    digest = stub.tags[NAME]["three"]
    [deletion] = delete(world, "three")
    change_mode(world.app, by=Principal(world.olga), mode=RepositoryMode.ARCHIVED)
    purge(world)
    assert digest in stub.manifests[NAME]
    assert state_of(deletion) == "trashed"


def test_a_stage_that_takes_promotions_alone_takes_no_deletions(
    world: World, stub: RegistryStub
) -> None:
    Registry.objects.update(stage=Stage.RELEASE, writers=Writers.PROMOTION)
    with pytest.raises(Denied, match="promotions alone"):
        delete_tags(world.app, {"one": ""}, by=Principal(world.olga))


@pytest.mark.parametrize("who", ["mia", "rita", "bob"])
def test_only_who_may_delete_does_and_undoes(world: World, stub: RegistryStub, who: str) -> None:
    by = Principal(world.person(who))
    with pytest.raises(Denied):
        delete_tags(world.app, {"one": ""}, by=by)
    [deletion] = delete(world, "one")
    with pytest.raises(Denied):
        undelete_tag(deletion, by=by)


def test_what_moved_since_it_was_looked_at_is_refused(world: World, stub: RegistryStub) -> None:
    with pytest.raises(DeletionRefused, match="pushed again"):
        delete_tags(world.app, {"one": "sha256:" + "0" * 64}, by=Principal(world.olga))
    with pytest.raises(DeletionRefused, match="no tag gone"):
        delete_tags(world.app, {"gone": ""}, by=Principal(world.olga))
    assert world.app.tags.count() == 5


def test_the_preview_says_what_goes_and_why_the_rest_stays(
    world: World, stub: RegistryStub
) -> None:
    change_immutable_tags(world.app, by=Principal(world.olga), patterns=["two"])
    world.app.refresh_from_db()
    told = {one.name: one for one in preview_tags(world.app, ["one", "two", "three", "child"])}
    assert told["two"].refusal == "immutable (two)"
    assert "the tag two points to it" in told["one"].image_words
    assert told["three"].image_goes
    assert "image index" in told["child"].image_words


def test_history_news_and_audit_tell_of_both_ways(world: World, stub: RegistryStub) -> None:
    [deletion] = delete(world, "three")
    undelete_tag(deletion, by=Principal(world.olga))
    continue_tag_deletions(world.app.pk)
    changes = TagChange.objects.filter(tag="three").order_by("pk").values_list("kind", "actor_name")
    assert list(changes) == [("deleted", "olga"), ("restored", "olga")]
    news = Activity.objects.order_by("pk").values_list("kind", "tag", "actor_name")
    assert list(news) == [("tag.deleted", "three", "olga"), ("tag.restored", "three", "olga")]
    events = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(events) == ["repository:tags:deleted", "repository:tag:restored"]


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
