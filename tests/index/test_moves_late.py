"""Moves and what nobody was told of in time: deletions under way, pushes without a tag, late ones."""

# ruff: noqa: F811 - the fixtures `ends` and `lone` are those of test_moves

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.principals import Principal
from index.flows import bring_late_pushes
from index.flows.continue_tag_deletions import continue_tag_deletions
from index.flows.delete_tags import delete_tags
from index.flows.describe_manifest import describe_manifest
from index.flows.move_repository import claim, continue_move
from index.flows.receive_notification import apply_inbox
from index.flows.undelete_tag import undelete_tag
from index.models import (
    ContentState,
    Manifest,
    Move,
    MoveState,
    Notification,
    Registry,
    Repository,
    RepositoryState,
    Tag,
    TagDeletion,
    TagDeletionState,
)
from index.registry_client import RegistryClient, ServedManifest
from tests.factories import SERVICE
from tests.index.pushing import Pusher
from tests.index.test_moves import Ends, at_manifest, contents_by_digest, ends, lone  # noqa: F401
from tests.registry_stub import IMAGE

NONE = timedelta(0)


class Killed(BaseException):
    """What ends a worker in the middle."""


def push(ends: Ends, tag: str, content: bytes = b"one") -> str:
    """Push an image of which the index was told."""
    digest = ends.push.image(content, tag=tag)
    app = ends.world.app
    manifest = Manifest.objects.create(repository=app, digest=digest, media_type=IMAGE)
    Tag.objects.create(repository=app, name=tag, manifest=manifest, pushed_at=timezone.now())
    return digest


def delete(ends: Ends, tag: str) -> TagDeletion:
    """Have olga delete it: gone here at once, and in the registry when a task comes to it."""
    (deletion,) = delete_tags(ends.repository, {tag: ""}, by=Principal(ends.world.olga))
    return deletion


def push_there(ends: Ends, tag: str) -> str:
    """Push to the new registry, which tells of it at once."""
    digest = Pusher(ends.there).image(b"newest", tag=tag)
    tell(ends, digest, by=ends.world.west, tag=tag)
    apply_inbox()
    return digest


def go_on(deletion: TagDeletion) -> str:
    """Let the task do its next step now; return what became of the deletion."""
    TagDeletion.objects.update(next_attempt_at=timezone.now())
    continue_tag_deletions(deletion.repository_id)
    deletion.refresh_from_db()
    return deletion.state


def tell(
    ends: Ends,
    digest: str,
    at: datetime | None = None,
    *,
    by: Registry | None = None,
    tag: str = "",
) -> Notification:
    """Put into the inbox what a registry, the old one, says of a push, by digest or of a tag."""
    event = {
        "id": digest[-20:],
        "timestamp": (at or timezone.now()).isoformat(),
        "action": "push",
        "target": {
            "mediaType": IMAGE,
            "digest": digest,
            "size": 5,
            "repository": ends.repository.stored_name,
            **({"tag": tag} if tag else {}),
        },
        "actor": {"name": "user:1"},
    }
    body = json.dumps({"events": [event]}).encode()
    return Notification.objects.create(registry=by or ends.world.east, body=body)


def test_a_tag_deleted_while_it_is_copied_stays_deleted(ends: Ends) -> None:
    push(ends, "1.0")
    deletion = None
    move = ends.ask()

    def ask_for_deletion() -> None:
        nonlocal deletion
        deletion = delete(ends, "1.0")

    with at_manifest(ends.there, ask_for_deletion):
        assert ends.work(move).state == MoveState.FLIPPED
    assert not ends.repository.tags.exists()
    assert deletion
    assert go_on(deletion) == TagDeletionState.TRASHED
    assert ends.there.tags() == []
    ends.work(move)
    assert ends.there.tags() == []


def test_a_tag_pushed_again_after_its_deletion_is_a_tag(ends: Ends) -> None:
    push(ends, "1.0")
    deletion = delete(ends, "1.0")
    newest = ends.push.image(b"pushed again", tag="1.0")
    assert ends.move().state == MoveState.FLIPPED
    assert ends.repository.tags.get().manifest.digest == newest
    assert go_on(deletion) == TagDeletionState.OVERTAKEN
    assert ends.there.digest_of("1.0") == newest


def test_a_deletion_undone_while_it_is_copied_gives_the_tag_back_as_it_was(ends: Ends) -> None:
    digest = push(ends, "1.0")
    Tag.objects.update(pull_count=7)
    deletion = delete(ends, "1.0")
    undelete_tag(deletion, by=Principal(ends.world.olga))
    assert ends.move().state == MoveState.FLIPPED
    assert go_on(deletion) == TagDeletionState.RESTORED
    tag = ends.repository.tags.get()
    assert (tag.manifest.digest, tag.pull_count) == (digest, 7)


def test_the_end_of_a_move_waits_for_what_the_registry_has_told_already(ends: Ends) -> None:
    """A push by digest, a moment before pushes were held: its notification alone knows of it."""
    push(ends, "1.0")
    move = ends.ask()
    digest = ends.push.image(b"by digest alone")
    pauses = iter([lambda: tell(ends, digest), apply_inbox])
    Move.objects.update(next_attempt_at=timezone.now())
    claimed = claim(move.pk)
    assert claimed
    continue_move(claimed, settles_in=NONE, pause=lambda _seconds: next(pauses)())
    assert ends.repository.registry == ends.world.west
    assert ends.there.has_manifest(digest)
    assert not list(pauses)


def test_an_inbox_that_never_empties_does_not_hold_pushes_for_ever(ends: Ends) -> None:
    push(ends, "1.0")
    move = ends.ask()
    tell(ends, ends.push.image(b"by digest alone"))
    claimed = claim(move.pk)
    assert claimed
    pauses: list[float] = []
    continue_move(claimed, settles_in=NONE, pause=pauses.append)
    assert ends.repository.registry == ends.world.west
    assert sum(pauses) == 10


def test_a_push_without_a_tag_that_was_told_of_after_the_flip_is_brought_over(ends: Ends) -> None:
    push(ends, "1.0")
    move = ends.move()
    digest = ends.push.image(b"by digest alone")
    assert move.flipped_at
    tell(ends, digest, move.flipped_at - timedelta(seconds=1))
    for manifest in apply_inbox():
        describe_manifest(manifest)
    row = ends.repository.manifests.get(digest=digest)
    assert row.contents == ContentState.GONE
    move = ends.work(move)
    assert ends.there.served_manifest(digest) == ends.here.served_manifest(digest)
    assert digest in move.manifests_then
    row.refresh_from_db()
    assert (row.contents, row.described_at) == (ContentState.UNREAD, None)


def test_what_was_deleted_at_the_new_registry_is_not_brought_again(ends: Ends) -> None:
    digest = push(ends, "1.0")
    move = ends.move()
    ends.there.delete_manifest(digest)
    ends.work(move)
    assert not ends.there.has_manifest(digest)


def test_a_late_push_is_written_down_though_a_worker_was_killed_over_it(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(ends, "1.0")
    move = ends.move()
    late = ends.push.image(b"late", tag="1.0")

    def die(*_arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(bring_late_pushes, "_write_down", die)
        with pytest.raises(Killed):
            ends.work(move)
    assert ends.there.digest_of("1.0") == late
    move = ends.work(move)
    assert ends.repository.tags.get().manifest.digest == late
    assert move.tags_then == {"1.0": late}


def test_a_late_push_goes_to_where_the_repository_is_by_now(ends: Ends) -> None:
    push(ends, "1.0")
    move = ends.move()
    between = Registry.objects.create(
        name="between", service=SERVICE, upstream_url="http://127.0.0.1:9"
    )
    Move.objects.update(target=between)
    late = ends.push.image(b"late", tag="2.0")
    assert ends.work(move).last_problem == ""
    assert contents_by_digest(ends.there)["2.0"] == late
    assert ends.repository.tags.filter(name="2.0").exists()


def test_nothing_is_brought_late_into_what_is_being_deleted(ends: Ends) -> None:
    digest = push(ends, "1.0")
    move = ends.move()
    ends.push.image(b"late", tag="1.0")
    Repository.objects.filter(pk=ends.world.app.pk).update(state=RepositoryState.DELETING)
    assert ends.work(move).state == MoveState.FLIPPED
    assert ends.there.digest_of("1.0") == digest


def test_a_later_push_to_the_new_registry_stays(ends: Ends) -> None:
    push(ends, "1.0")
    move = ends.move()
    ends.push.image(b"late", tag="1.0")
    newest = Pusher(ends.there).image(b"newest", tag="1.0")
    ends.work(move)
    assert ends.there.digest_of("1.0") == newest


def test_a_push_while_late_ones_are_brought_stays_as_well(ends: Ends) -> None:
    first = {tag: push(ends, tag, tag.encode()) for tag in ("1.0", "2.0")}
    move = ends.move()
    expected = {tag: ends.push.image(b"late " + tag.encode(), tag=tag) for tag in first}

    def push_the_other() -> None:
        there = contents_by_digest(ends.there)
        (other,) = (tag for tag in first if there[tag] == first[tag])
        expected[other] = Pusher(ends.there).image(b"newest", tag=other)

    with at_manifest(ends.there, push_the_other, count=3):  # two manifests, and one tag
        ends.work(move)
    assert contents_by_digest(ends.there) == expected


def test_a_push_right_before_a_late_tag_is_put_stays(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(ends, "1.0")
    move = ends.move()
    late = ends.push.image(b"late", tag="1.0")
    newest: list[str] = []
    real = RegistryClient.served_manifest

    def ask_and_push(self: RegistryClient, reference: str) -> ServedManifest | None:
        served = real(self, reference)
        if (self.registry, reference) == (ends.world.west, late):  # between two looks at the tag
            newest.append(Pusher(ends.there).image(b"newest", tag="1.0"))
        return served

    with monkeypatch.context() as patch:
        patch.setattr(RegistryClient, "served_manifest", ask_and_push)
        assert ends.work(move).last_problem == ""
    assert newest == [ends.there.digest_of("1.0")]


def test_rows_follow_a_push_that_came_while_late_tags_were_put(ends: Ends) -> None:
    for tag in ("1.0", "2.0"):
        push(ends, tag, tag.encode())
    move = ends.move()
    expected = {tag: ends.push.image(b"late " + tag.encode(), tag=tag) for tag in ("1.0", "2.0")}
    brought: list[str] = []

    def note_the_first() -> None:
        there = contents_by_digest(ends.there).items()
        brought.extend(tag for tag, digest in there if expected[tag] == digest)

    def push_it_again() -> None:
        (tag,) = brought
        expected[tag] = push_there(ends, tag)

    with (
        at_manifest(ends.there, note_the_first, count=3),  # after two manifests
        at_manifest(ends.there, push_it_again, count=4),
    ):
        assert ends.work(move).last_problem == ""
    assert contents_by_digest(ends.there) == expected
    assert dict(ends.repository.tags.values_list("name", "manifest__digest")) == expected


def test_rows_follow_a_push_that_came_while_more_was_brought(ends: Ends) -> None:
    push(ends, "1.0")
    move = ends.move()
    late = ends.push.image(b"late", tag="1.0")
    untagged = ends.push.image(b"by digest alone")
    Manifest.objects.create(repository=ends.world.app, digest=untagged, media_type=IMAGE)
    seen: list[str] = []

    def push_newer() -> None:
        seen.append(ends.repository.tags.get().manifest.digest)
        seen.append(push_there(ends, "1.0"))

    with at_manifest(ends.there, push_newer, count=3):  # the late manifest, its tag, the other one
        ends.work(move)
    assert seen == [late, ends.repository.tags.get().manifest.digest]
    assert ends.there.digest_of("1.0") == seen[1]
