"""What the old registry still tells of a repository that was moved away."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from index.flows.apply_registry_event import apply_event
from index.models import Manifest, Move, MoveState, Registry, Repository, Tag
from index.registry_events import Event
from tests.conftest import World
from tests.factories import make_digest

IMAGE = "application/vnd.oci.image.manifest.v1+json"
DIGEST = make_digest("pushed just before")


@pytest.fixture
def flipped_at(world: World) -> datetime:
    """acme/app went west a minute ago; v1 was set by the flip, whose push nobody told of yet."""
    at = timezone.now() - timedelta(minutes=1)
    Repository.objects.filter(pk=world.app.pk).update(
        registry=world.west, created_at=at - timedelta(days=9)
    )
    Move.objects.create(
        repository=world.app,
        source=world.east,
        target=world.west,
        state=MoveState.FLIPPED,
        flipped_at=at,
    )
    manifest = Manifest.objects.create(repository=world.app, digest=DIGEST, media_type=IMAGE)
    Tag.objects.create(
        repository=world.app, name="v1", manifest=manifest, pushed_at=at - timedelta(hours=1)
    )
    return at


def told(registry: Registry, at: datetime, *, digest: str = DIGEST, action: str = "push") -> None:
    event = Event(
        event_id=f"{at.isoformat()}-{digest[-8:]}-{action}",
        action=action,
        repository="acme/app",
        media_type=IMAGE,
        digest=digest,
        size=5,
        tag="v1",
        actor="user:1",
        at=at,
    )
    apply_event(event, registry)


def test_a_push_from_before_the_flip_is_heeded_and_says_whose_it_was(
    world: World, flipped_at: datetime
) -> None:
    at = flipped_at - timedelta(seconds=5)
    told(world.east, at)
    tag = Tag.objects.get(repository=world.app, name="v1")
    assert (tag.manifest.digest, tag.pushed_at) == (DIGEST, at)
    assert world.app.tag_changes.filter(tag="v1", digest=DIGEST).exists()


def test_a_pull_from_before_the_flip_counts(world: World, flipped_at: datetime) -> None:
    told(world.east, flipped_at - timedelta(seconds=5), action="pull")
    told(world.east, flipped_at + timedelta(seconds=5), action="pull")
    assert Repository.objects.get(pk=world.app.pk).pull_count == 1


def test_what_the_old_registry_tells_of_later_changes_nothing(
    world: World, flipped_at: datetime
) -> None:
    told(world.east, flipped_at + timedelta(seconds=5), digest=make_digest("other"))
    told(world.east, flipped_at + timedelta(seconds=6), action="delete")
    assert Tag.objects.get(repository=world.app, name="v1").manifest.digest == DIGEST


def test_once_the_old_copy_is_gone_its_registry_is_not_heeded_at_all(
    world: World, flipped_at: datetime
) -> None:
    Move.objects.update(state=MoveState.DONE)
    told(world.east, flipped_at - timedelta(seconds=5), digest=make_digest("other"))
    assert Tag.objects.get(repository=world.app, name="v1").manifest.digest == DIGEST


def test_of_a_move_that_was_cancelled_the_other_registry_is_not_heeded(world: World) -> None:
    Move.objects.create(
        repository=world.app, source=world.east, target=world.west, state=MoveState.CLEANING
    )
    told(world.west, timezone.now())
    assert not world.app.tags.filter(manifest__digest=DIGEST).exists()


def test_the_new_registry_is_heeded_as_ever(world: World, flipped_at: datetime) -> None:
    told(world.west, flipped_at + timedelta(seconds=9), digest=make_digest("newest"))
    tag = Tag.objects.get(repository=world.app, name="v1")
    assert tag.manifest.digest == make_digest("newest")
