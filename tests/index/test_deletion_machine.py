"""Deleting, undoing, purging, pushing and their notifications in any order, against what must hold.

The registry keeps manifests and tags; the model remembers who was promised what.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.principals import Principal
from index.errors import IndexRefusal
from index.flows.apply_registry_event import apply_event
from index.flows.continue_tag_deletions import continue_tag_deletions
from index.flows.delete_tags import delete_tags
from index.flows.describe_manifest import describe_manifest
from index.flows.undelete_tag import undelete_tag
from index.models import Manifest, Registry, Repository, TagDeletion
from index.registry_events import read_envelope
from tests.conftest import World
from tests.factories import make_envelope, make_event
from tests.registry_stub import INDEX, RegistryStub, serve

NAME = "acme/app"
TAGS = ["a", "b", "c"]
LAYERS = [b"red", b"green", b"blue"]
FAULTS = ["500", "reset", "404", "redirect"]
tags = st.sampled_from(TAGS)


class Deletions(RuleBasedStateMachine):
    """One repository, its registry, and a clock that only goes forward."""

    world: World
    stub: RegistryStub

    def __init__(self) -> None:
        """Begin with nothing in the registry."""
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.clock = self.stack.enter_context(time_machine.travel(timezone.now(), tick=False))
        stub = self.stub
        for kept in (stub.manifests, stub.tags, stub.blobs):
            kept.pop(NAME, None)
        stub.faults, stub.elsewhere = [], f"{stub.url}/elsewhere"
        self.app = Repository.objects.select_related("registry").get(pk=self.world.app.pk)
        self.owner = Principal(self.world.olga)
        self.waiting: list[dict[str, Any]] = []
        self.neighbour = dict(stub.manifests["alice/priv"])

    @rule(tag=tags, layer=st.sampled_from(LAYERS), told=st.booleans())
    def push(self, tag: str, layer: bytes, told: bool) -> None:  # noqa: FBT001 - drawn
        """Push an image; its notification comes now, or later."""
        self._pushed(tag, self.stub.push_image(NAME, tag, layer=layer), told=told)

    @rule(tag=tags, layers=st.sets(st.sampled_from(LAYERS), min_size=1))
    def push_index(self, tag: str, layers: set[bytes]) -> None:
        """Push an index over images that come with it."""
        children = [self.stub.push_image(NAME, layer=layer) for layer in sorted(layers)]
        self._pushed(tag, self.stub.push_index(NAME, tag, children), told=True)

    @rule()
    def hear(self) -> None:
        """Let what was not told yet be told."""
        for event in self.waiting:
            self._apply(event)
        self.waiting = []

    @rule(tag=tags)
    def delete(self, tag: str) -> None:
        """Delete a tag, if it is known."""
        if self.app.tags.filter(name=tag).exists():
            delete_tags(self.app, {tag: ""}, by=self.owner)

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Ask for something back; it may be too late."""
        found = list(TagDeletion.objects.select_related("repository"))
        if found:
            chosen = data.draw(st.integers(0, len(found) - 1))
            try:
                undelete_tag(found[chosen], by=self.owner)
            except IndexRefusal:
                return

    @rule(faults=st.lists(st.sampled_from(["", *FAULTS]), max_size=6))
    def work(self, faults: list[str]) -> None:
        """Let the worker come, to a registry that may be in trouble."""
        self.stub.faults = list(faults)
        continue_tag_deletions(self.app.pk)
        self.stub.faults = []

    @rule(hours=st.sampled_from([1, 30, 200]))
    def wait(self, hours: int) -> None:
        """Let time go by."""
        self.clock.shift(timedelta(hours=hours))

    @precondition(lambda self: not self.waiting)
    @invariant()
    def every_tag_that_we_show_can_be_pulled(self) -> None:
        """With its children; a tag that is on its way back is not shown yet."""
        held = self.stub.manifests.get(NAME, {})
        for tag in self.app.tags.select_related("manifest"):
            assert tag.manifest.digest in held, tag
        for digest in self.stub.tags.get(NAME, {}).values():
            assert digest in held
            self._has_children(digest, held)

    @invariant()
    def what_is_in_the_trash_can_be_had_back(self) -> None:
        """Its image is there until it is purged."""
        held = self.stub.manifests.get(NAME, {})
        for deletion in TagDeletion.objects.filter(state__in=["untagging", "trashed", "restoring"]):
            assert deletion.digest in held
            self._has_children(deletion.digest, held)

    @invariant()
    def others_are_never_touched(self) -> None:
        """The neighbour has what it had."""
        assert self.stub.manifests["alice/priv"] == self.neighbour

    def teardown(self) -> None:
        """Let all be told and all be done: here and in the registry is the same."""
        try:
            self.hear()
            for _ in range(4):
                self.clock.shift(timedelta(days=9))
                continue_tag_deletions(self.app.pk)
            here = dict(self.app.tags.values_list("name", "manifest__digest"))
            assert here == self.stub.tags.get(NAME, {})
            assert set(TagDeletion.objects.values_list("state", flat=True)) <= {
                "restored", "overtaken", "deleted", "kept"
            }  # fmt: skip
        finally:
            transaction.set_rollback(True)
            self.stack.close()

    def _pushed(self, tag: str, digest: str, *, told: bool) -> None:
        self.clock.shift(timedelta(seconds=1))
        media_type = self.stub.manifests[NAME][digest][0]
        event = make_event("push", NAME, tag=tag, digest=digest, mediaType=media_type)
        self.clock.shift(timedelta(seconds=1))
        if told:
            self.hear()
            self._apply(event)
        else:
            self.waiting.append(event)

    def _apply(self, event: dict[str, Any]) -> None:
        [read] = read_envelope(make_envelope(event))
        apply_event(read, self.app.registry)
        for manifest in Manifest.objects.filter(repository=self.app, described_at=None):
            describe_manifest(manifest)

    def _has_children(self, digest: str, held: dict[str, tuple[str, bytes]]) -> None:
        if held[digest][0] == INDEX:
            for child in json.loads(held[digest][1])["manifests"]:
                assert child["digest"] in held


@pytest.fixture
def stub(world: World) -> Iterator[RegistryStub]:
    """East, with a neighbour that shares every byte."""
    with serve(RegistryStub()) as stub:
        for layer in LAYERS:
            stub.push_image("alice/priv", layer=layer)
        Registry.objects.update(upstream_url=stub.url)
        yield stub


def test_in_any_order_every_promise_is_kept(world: World, stub: RegistryStub) -> None:
    Deletions.world, Deletions.stub = world, stub
    quick = settings(
        max_examples=15,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Deletions, settings=quick)
