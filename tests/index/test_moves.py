"""Repositories move whole between real registries, whatever is pushed, killed or stopped meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.principals import Principal
from index.copying.referrers import fallback_tag
from index.errors import Denied, MoveRefused
from index.flows.move_repository import claim, continue_move
from index.flows.request_move import cancel_move, end_keeping, request_move, retry_move
from index.models import (
    Activity,
    ActivityKind,
    Manifest,
    Move,
    MoveState,
    Registry,
    RegistryState,
    Repository,
    RepositoryState,
    Stage,
)
from index.moves.passes import Mover
from index.registry_client import RegistryClient
from tests.conftest import World
from tests.e2e.lone_registry import LoneRegistry, running_registry
from tests.factories import SERVICE
from tests.index.pushing import Pusher

NONE = timedelta(0)


class Ends:
    """acme/app at east, which is to go west; both are real."""

    def __init__(self, world: World, east: LoneRegistry, west: LoneRegistry) -> None:
        """Know both ends."""
        self.world, self.east, self.west = world, east, west
        world.east.refresh_from_db()
        world.west.refresh_from_db()
        self.here = RegistryClient(world.east, self.repository.stored_name)
        self.there = RegistryClient(world.west, self.repository.stored_name)
        self.push = Pusher(self.here)

    @property
    def repository(self) -> Repository:
        """As it is now."""
        return Repository.objects.select_related("registry").get(pk=self.world.app.pk)

    def ask(self, *, keep_days: int = 7, to: Registry | None = None) -> Move:
        """Ask for the move, as an administrator."""
        by = Principal(self.world.root)
        return request_move(self.repository, to=to or self.world.west, by=by, keep_days=keep_days)

    def work(self, move: Move) -> Move:
        """Let a worker do what is left, now."""
        Move.objects.filter(pk=move.pk).update(next_attempt_at=timezone.now())
        claimed = claim(move.pk)
        if claimed:
            continue_move(claimed, settles_in=NONE)
        return Move.objects.get(pk=move.pk)

    def move(self, **how: Any) -> Move:
        """Move it."""
        return self.work(self.ask(**how))


def contents(client: RegistryClient) -> dict[str, object]:
    """Return each tag and what it points to, byte for byte."""
    return {tag: client.served_manifest(tag) for tag in client.tags()}


def contents_by_digest(client: RegistryClient) -> dict[str, str | None]:
    """Return what each tag points to."""
    return {tag: client.digest_of(tag) for tag in client.tags()}


def let_pass(time: timedelta) -> None:
    """Let the flips be so much longer ago: registries have clocks of their own."""
    Move.objects.update(flipped_at=F("flipped_at") - time)


@contextmanager
def at_manifest(
    client: RegistryClient, then: Callable[[], object], *, count: int = 1
) -> Iterator[None]:
    """Do something when the nth manifest was put into this registry."""
    left = [count]
    real = RegistryClient.put_manifest

    def put(self: RegistryClient, *arguments: Any) -> bool:
        answer = real(self, *arguments)
        if self.registry == client.registry:
            left[0] -= 1
            if left[0] == 0:
                then()
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RegistryClient, "put_manifest", put)
        yield


@contextmanager
def at_hold(then: Callable[[], object]) -> Iterator[None]:
    """Do something as soon as pushes are held."""
    real = Mover.drop_what_is_gone

    def drop(self: Mover) -> None:
        then()
        real(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Mover, "drop_what_is_gone", drop)
        yield


@pytest.fixture(scope="module")
def lone(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[LoneRegistry, LoneRegistry]]:
    """Two registries for all tests of this module."""
    folder = tmp_path_factory.mktemp("registries")
    rows = (Registry(name=name, service=SERVICE) for name in ("east", "west"))
    with (
        running_registry(folder, next(rows)) as east,
        running_registry(folder, next(rows)) as west,
    ):
        yield east, west


@pytest.fixture
def ends(world: World, lone: tuple[LoneRegistry, LoneRegistry]) -> Ends:
    """Both ends, empty, with administrator root."""
    east, west = lone
    for row, one in ((world.east, east), (world.west, west)):
        if not one.is_running:
            one.start()
        Registry.objects.filter(pk=row.pk).update(upstream_url=one.url)
    name = f"acme/app-{secrets.token_hex(4)}"  # no test sees what another has pushed
    Repository.objects.filter(pk=world.app.pk).update(stored_name=name)
    return Ends(world, east, west)


def test_everything_goes_and_is_the_same_there(ends: Ends) -> None:
    images = [ends.push.image(text, platform=f"linux/{text.decode()}") for text in (b"a", b"b")]
    index = ends.push.index(*images, tag="1.0")
    sbom = ends.push.referrer(images[0], b"sbom")
    signed = ends.push.signature(index, b"signature")
    untagged = ends.push.image(b"by digest alone")
    Manifest.objects.create(repository=ends.world.app, digest=untagged, media_type="")
    before = contents(ends.here)
    move = ends.move()
    assert (move.state, move.last_problem) == (MoveState.FLIPPED, "")
    assert contents(ends.there) == before
    for digest in (*images, index, sbom, signed, untagged):
        assert ends.there.served_manifest(digest) == ends.here.served_manifest(digest)
    assert ends.repository.registry == ends.world.west
    assert ends.repository.writes_held_until is None
    assert (move.tags_copied, move.manifests_copied) == (3, 7)
    rows = dict(ends.repository.tags.values_list("name", "manifest__digest"))
    assert rows["1.0"] == index
    assert set(rows) == {"1.0", fallback_tag(images[0]), f"{fallback_tag(index)}.sig"}
    assert Activity.objects.filter(kind=ActivityKind.MOVED).count() == 1
    event = AuditEvent.objects.get(action="repository:moved")
    assert (event.actor_name, event.details["old_registry"]) == ("rooty", "east")


def test_a_push_between_passes_is_there_afterwards(ends: Ends) -> None:
    ends.push.image(b"before", tag="1.0")
    pushed: list[str] = []

    def push() -> None:
        pushed.append(ends.push.image(b"meanwhile", tag="2.0"))
        pushed.append(ends.push.image(b"again", tag="1.0"))

    move = ends.ask()
    with at_manifest(ends.there, push):
        assert ends.work(move).state == MoveState.FLIPPED
    assert (ends.there.digest_of("2.0"), ends.there.digest_of("1.0")) == tuple(pushed)
    rows = dict(ends.repository.tags.values_list("name", "manifest__digest"))
    assert rows == contents_by_digest(ends.there)


def test_what_is_deleted_meanwhile_is_gone_there_too(ends: Ends) -> None:
    ends.push.image(b"stays", tag="1.0")
    doomed = ends.push.image(b"goes", tag="2.0")
    move = ends.ask()
    with at_manifest(ends.there, lambda: ends.here.delete_manifest(doomed), count=2):
        assert ends.work(move).state == MoveState.FLIPPED
    assert ends.there.tags() == ["1.0"]
    assert not ends.there.has_manifest(doomed)


def test_moved_back_within_the_time_it_is_quick_and_exact(ends: Ends) -> None:
    ends.push.image(b"one" * 1000, tag="1.0")
    ends.push.image(b"two" * 1000, tag="2.0")
    first = ends.move()
    let_pass(timedelta(minutes=2))
    ends.work(first)
    pusher = Pusher(ends.there)
    newest = pusher.image(b"three", tag="2.0")
    ends.there.delete_manifest(ends.there.digest_of("1.0") or "")
    let_pass(timedelta(minutes=1))
    ends.work(first)  # the look for late pushes
    back = ends.move(to=ends.world.east)
    assert back.state == MoveState.FLIPPED
    assert back.bytes_copied < 1000
    assert contents_by_digest(ends.here) == {"2.0": newest}
    assert Move.objects.get(pk=first.pk).state == MoveState.DONE
    assert ends.repository.registry == ends.world.east


def test_the_old_copy_is_kept_and_then_deleted(ends: Ends) -> None:
    index = ends.push.index(ends.push.image(b"a"), tag="1.0")
    ends.push.referrer(index, b"sbom")
    move = ends.move(keep_days=3)
    everything = [*move.manifests_then]
    blobs = list(ends.repository.blob_links.values_list("digest", flat=True))
    assert blobs
    let_pass(timedelta(days=2, hours=23))
    assert ends.work(move).state == MoveState.FLIPPED
    assert ends.here.digest_of("1.0") == index
    let_pass(timedelta(hours=2))
    assert ends.work(move).state == MoveState.DONE
    assert ends.here.tags() == []
    assert not any(ends.here.has_manifest(digest) for digest in everything)
    assert not any(ends.here.has_blob(digest) for digest in blobs)
    assert ends.there.digest_of("1.0") == index
    assert all(ends.there.has_blob(digest) for digest in blobs)


def test_an_old_copy_that_is_not_wanted_goes_twenty_minutes_after_the_flip(ends: Ends) -> None:
    ends.push.image(b"one", tag="1.0")
    move = ends.move()
    end_keeping(move, by=Principal(ends.world.root))
    assert ends.work(move).state == MoveState.FLIPPED
    let_pass(timedelta(minutes=21))
    assert ends.work(move).state == MoveState.DONE
    assert ends.here.tags() == []


def test_a_push_that_the_old_registry_ended_after_the_flip_is_brought_over(ends: Ends) -> None:
    ends.push.image(b"one", tag="1.0")
    ends.push.image(b"two", tag="2.0")
    move = ends.move()
    late, other = ends.push.image(b"late", tag="1.0"), ends.push.image(b"late too", tag="2.0")
    newest = Pusher(ends.there).image(b"newer than that", tag="2.0")
    assert ends.work(move).state == MoveState.FLIPPED
    assert contents_by_digest(ends.there) == {"1.0": late, "2.0": newest}
    assert ends.there.has_manifest(other)
    assert ends.repository.tags.get(name="1.0").manifest.digest == late


def test_a_tag_deleted_after_the_flip_does_not_come_back(ends: Ends) -> None:
    digest = ends.push.image(b"one", tag="1.0")
    move = ends.move()
    ends.there.delete_manifest(digest)
    ends.repository.tags.all().delete()
    ends.work(move)
    assert ends.there.tags() == []
    assert not ends.repository.tags.exists()


def test_a_cancelled_move_leaves_nothing_there(ends: Ends) -> None:
    digest = ends.push.image(b"one", tag="1.0")
    move = ends.ask()
    with at_manifest(ends.there, lambda: cancel_move(move, by=Principal(ends.world.root))):
        assert ends.work(move).state == MoveState.CLEANING
    assert ends.work(move).state == MoveState.CANCELLED
    assert ends.there.tags() == []
    assert not ends.there.has_manifest(digest)
    assert ends.here.digest_of("1.0") == digest
    assert ends.repository.registry == ends.world.east
    with pytest.raises(MoveRefused, match="past that"):
        cancel_move(move, by=Principal(ends.world.root))


def test_what_somebody_else_put_there_is_not_overwritten(ends: Ends) -> None:
    ends.push.image(b"one", tag="1.0")
    foreign = Pusher(ends.there).image(b"foreign", tag="9")
    move = ends.move()
    assert move.state == MoveState.COPYING
    assert "that no move has put there" in move.last_problem
    assert contents_by_digest(ends.there) == {"9": foreign}
    cancel_move(move, by=Principal(ends.world.root))
    assert ends.work(move).state == MoveState.CANCELLED
    assert contents_by_digest(ends.there) == {"9": foreign}


def test_what_is_not_whole_holds_up_nothing_unless_it_has_a_tag(ends: Ends) -> None:
    child = ends.push.image(b"child")
    broken = ends.push.index(child)
    Manifest.objects.create(repository=ends.world.app, digest=broken, media_type="")
    ends.push.image(b"whole", tag="1.0")
    ends.here.delete_manifest(child)
    assert ends.move().state == MoveState.FLIPPED
    assert not ends.there.has_manifest(broken)


def test_while_images_are_being_deleted_the_end_of_a_move_waits(ends: Ends) -> None:
    ends.push.image(b"one", tag="1.0")
    until = timezone.now() + timedelta(minutes=1)
    Repository.objects.filter(pk=ends.world.app.pk).update(writes_held_until=until)
    move = ends.move()
    assert (move.state, move.attempts) == (MoveState.COPYING, 1)
    assert "being deleted" in move.last_problem
    assert ends.repository.writes_held_until == until
    Repository.objects.update(writes_held_until=None)
    assert ends.work(move).state == MoveState.FLIPPED


def test_while_the_new_registry_collects_garbage_nothing_is_brought_there(ends: Ends) -> None:
    ends.push.image(b"one", tag="1.0")
    later = timezone.now() + timedelta(minutes=5)
    Registry.objects.filter(pk=ends.world.west.pk).update(writes_held_until=later)
    move = ends.move()
    assert "collects its garbage" in move.last_problem
    assert ends.there.tags() == []
    Registry.objects.update(writes_held_until=None)
    assert ends.work(move).state == MoveState.FLIPPED


def test_a_closing_that_fails_lets_pushes_in_again(ends: Ends) -> None:
    ends.push.image(b"one", tag="1.0")
    move = ends.ask()
    with at_hold(ends.west.stop):
        stopped = ends.work(move)
    assert (stopped.state, stopped.attempts) == (MoveState.COPYING, 1)
    assert "registry west" in stopped.last_problem
    assert ends.repository.writes_held_until is None
    assert ends.repository.registry == ends.world.east
    ends.west.start()
    retry_move(stopped, by=Principal(ends.world.root))
    assert ends.work(move).state == MoveState.FLIPPED


def test_a_hold_that_has_run_out_flips_nothing(ends: Ends) -> None:
    ends.push.image(b"one", tag="1.0")
    move = ends.ask()
    with at_hold(lambda: Repository.objects.update(writes_held_until=None)):
        late = ends.work(move)
    assert late.state == MoveState.COPYING
    assert "too long" in late.last_problem
    assert ends.repository.registry == ends.world.east


def test_a_repository_in_the_trash_is_moved_no_further(ends: Ends) -> None:
    ends.push.image(b"one", tag="1.0")
    move = ends.ask()
    Repository.objects.filter(pk=ends.world.app.pk).update(state=RepositoryState.TRASHED)
    move = ends.work(move)
    assert move.state == MoveState.CANCELLED
    assert ends.there.tags() == []


@pytest.mark.parametrize("mode", ["archived", "read-only"])
def test_what_takes_no_pushes_can_be_moved(ends: Ends, mode: str) -> None:
    ends.push.image(b"one", tag="1.0")
    Repository.objects.filter(pk=ends.world.app.pk).update(mode=mode, immutable_tags=["*"])
    assert ends.move().state == MoveState.FLIPPED


def test_only_administrators_move(ends: Ends) -> None:
    by = Principal(ends.world.olga)
    with pytest.raises(Denied):
        request_move(ends.repository, to=ends.world.west, by=by)
    move = ends.ask()
    for change in (cancel_move, retry_move, end_keeping):
        with pytest.raises(Denied):
            change(move, by=by)


def test_asking_twice_is_the_same_move(ends: Ends) -> None:
    assert ends.ask() == ends.ask()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stage": Stage.RELEASE}, "different stages"),
        ({"state": RegistryState.DRAINING}, "takes nothing new"),
        ({"service": "elsewhere.test"}, "in different ways"),
    ],
)
def test_not_everything_can_be_moved_everywhere(
    ends: Ends, change: dict[str, str], words: str
) -> None:
    Registry.objects.filter(pk=ends.world.west.pk).update(**change)
    ends.world.west.refresh_from_db()
    with pytest.raises(MoveRefused, match=words):
        ends.ask()


def test_nothing_is_moved_to_where_it_is_or_out_of_the_trash(ends: Ends) -> None:
    with pytest.raises(MoveRefused, match="already"):
        ends.ask(to=ends.world.east)
    Repository.objects.filter(pk=ends.world.app.pk).update(state=RepositoryState.TRASHED)
    with pytest.raises(MoveRefused, match="trash"):
        ends.ask()
