"""Pushes that a registry tells of only after the tag was deleted here: here and there say the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.principals import Principal
from index.flows.apply_registry_event import apply_event
from index.flows.continue_tag_deletions import continue_tag_deletions
from index.flows.delete_tags import delete_tags
from index.flows.undelete_tag import undelete_tag
from index.models import Tag, TagDeletion
from index.registry_events import read_envelope
from tests.conftest import World
from tests.factories import make_envelope, make_event
from tests.index.delete_tags.at_east import NAME, state_of
from tests.registry_stub import RegistryStub


@pytest.fixture
def pushed(world: World, stub: RegistryStub) -> dict[str, Any]:
    """A second push of `three`, by olga, that nobody told us of yet; then the tag is deleted."""
    Tag.objects.filter(name="three").update(pushed_at=timezone.now() - timedelta(hours=1))
    digest = stub.push_image(NAME, "three", layer=b"newer")
    event = make_event("push", NAME, tag="three", digest=digest)
    event["actor"] = {"name": f"user:{world.olga.pk}"}
    delete_tags(world.app, {"three": ""}, by=Principal(world.olga))
    return event


def hear(world: World, event: dict[str, Any]) -> None:
    """Let the notification arrive."""
    [read] = read_envelope(make_envelope(event))
    apply_event(read, world.app.registry)


def check_is_pushed(world: World, event: dict[str, Any]) -> None:
    """The tag is what was pushed, by whom; the deletion is over."""
    tag = world.app.tags.get(name="three")
    assert (tag.manifest.digest, tag.pushed_by) == (event["target"]["digest"], world.olga)
    assert state_of(TagDeletion.objects.get()) == "overtaken"


def test_told_before_the_worker_comes(
    world: World, stub: RegistryStub, pushed: dict[str, Any]
) -> None:
    hear(world, pushed)
    continue_tag_deletions(world.app.pk)
    check_is_pushed(world, pushed)


def test_told_after_the_worker_came(
    world: World, stub: RegistryStub, pushed: dict[str, Any]
) -> None:
    continue_tag_deletions(world.app.pk)
    hear(world, pushed)
    check_is_pushed(world, pushed)


def test_told_after_the_deletion_was_undone(
    world: World, stub: RegistryStub, pushed: dict[str, Any]
) -> None:
    undelete_tag(TagDeletion.objects.get(), by=Principal(world.olga))
    continue_tag_deletions(world.app.pk)
    hear(world, pushed)
    check_is_pushed(world, pushed)


def test_never_told_the_tag_is_found_and_its_pusher_unknown(
    world: World, stub: RegistryStub, pushed: dict[str, Any]
) -> None:
    continue_tag_deletions(world.app.pk)
    tag = world.app.tags.get(name="three")
    assert (tag.manifest.digest, tag.pushed_by) == (pushed["target"]["digest"], None)


def test_a_push_from_before_what_was_found_moves_nothing(
    world: World, stub: RegistryStub, pushed: dict[str, Any]
) -> None:
    continue_tag_deletions(world.app.pk)
    between = make_event("push", NAME, tag="three", digest=stub.tags[NAME]["one"])
    hear(world, between | {"timestamp": pushed["timestamp"]})
    assert world.app.tags.get(name="three").manifest.digest == pushed["target"]["digest"]
