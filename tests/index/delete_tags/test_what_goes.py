"""Deleting tags: who may, what goes with them, and what stays."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from accounts.principals import Principal
from index.errors import DeletionRefused, Denied, TagIsImmutable
from index.flows.change_repository import change_immutable_tags, change_mode
from index.flows.continue_tag_deletions import continue_tag_deletions
from index.flows.delete_tags import delete_tags
from index.flows.describe_manifest import describe_manifest
from index.flows.undelete_tag import undelete_tag
from index.models import (
    Activity,
    BlobLink,
    Manifest,
    Registry,
    RepositoryMode,
    Stage,
    TagChange,
    Writers,
)
from index.registry_client import digest_of_bytes
from index.tag_trash import preview_tags
from tests.conftest import World
from tests.index.delete_tags.at_east import NAME, delete, either_way, purge, state_of
from tests.registry_stub import RegistryStub


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
