"""Whatever order, repetition and batches events come in, the result is that of their order (case 33).

WAYBILL_THOROUGH=1 lives through 1,000 histories instead of some.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.events import inbox
from index.flows import receive_notification as receiving
from index.models import BlobLink, DailyCount, Manifest, Repository, Tag, TagChange
from tests.conftest import World
from tests.factories import make_digest, make_envelope, make_event

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
TAGS, IMAGES = ("a", "b"), ("1", "2", "3")
OCTETS = "application/octet-stream"

tags, images = st.sampled_from(TAGS), st.sampled_from(IMAGES)
steps = st.one_of(
    st.tuples(st.just("push"), tags, images),
    st.tuples(st.just("push"), st.just(""), images),
    st.tuples(st.just("untag"), tags, st.just("")),
    st.tuples(st.just("delete"), st.just(""), images),
    st.tuples(st.just("pull"), st.sampled_from(("", *TAGS)), images),
    st.tuples(st.just("blob"), st.just(""), images),
    st.tuples(st.just("delete blob"), st.just(""), images),
)


@dataclass
class Truth:
    """What a registry is like that did all this, and the events that it sends meanwhile."""

    tags: dict[str, str] = field(default_factory=dict)
    manifests: set[str] = field(default_factory=set)
    blobs: set[str] = field(default_factory=set)
    pulls: int = 0
    pushes: int = 0
    last_pushed_at: datetime | None = None
    events: list[dict[str, Any]] = field(default_factory=list)

    def live(self, action: str, tag: str, image: str) -> None:
        """Let one thing happen."""
        digest = make_digest(image) if image else ""
        if action == "push":
            self._push(tag, digest)
        elif action == "untag" and self.tags.pop(tag, ""):
            self._tell("delete", tag=tag, mediaType="")
        elif action == "delete" and digest in self.manifests:
            self.manifests.remove(digest)
            self._tell("delete", digest=digest, mediaType="")
            for name in [name for name, of in self.tags.items() if of == digest]:
                del self.tags[name]
                self._tell("delete", tag=name, mediaType="")
        elif action == "pull":
            self.pulls += 1
            self._tell("pull", digest=digest, **({"tag": tag} if tag else {}))
        elif action == "blob":
            self.blobs.add(digest + "b")
            self._tell("push", digest=make_digest(image + "b"), mediaType=OCTETS)
        elif action == "delete blob" and digest + "b" in self.blobs:
            self.blobs.remove(digest + "b")
            self._tell("delete", digest=make_digest(image + "b"), mediaType="")

    def _push(self, tag: str, digest: str) -> None:
        self.manifests.add(digest)
        self.last_pushed_at = self._tell("push", digest=digest, **({"tag": tag} if tag else {}))
        if tag:
            self.tags[tag] = digest
            self.pushes += 1

    def _tell(self, action: str, **target: Any) -> datetime:
        at = BEGIN + timedelta(hours=len(self.events))
        event = make_event(
            action, "alice/pub", timestamp=at.isoformat(), event_id=str(uuid.uuid4()), **target
        )
        self.events.append(event)
        return at


@settings(
    max_examples=1000 if os.environ.get("WAYBILL_THOROUGH") else 30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), history=st.lists(steps, min_size=1, max_size=14))
def test_the_result_is_that_of_the_order_in_which_it_happened(
    world: World, data: st.DataObject, history: list[tuple[str, str, str]]
) -> None:
    truth = Truth()
    for step in history:
        truth.live(*step)
    if not truth.events:
        return
    told = data.draw(st.permutations(truth.events))
    told += data.draw(st.lists(st.sampled_from(truth.events), max_size=4))
    with transaction.atomic():
        Repository.objects.update(created_at=BEGIN - timedelta(days=1), last_pushed_at=None)
        while told:
            many = data.draw(st.integers(1, len(told)))
            _deliver(world, told[:many], kill_at=data.draw(st.sampled_from([0, 0, 1, 5, 12])))
            told = told[many:]
        _compare(world.public, truth)
        transaction.set_rollback(True)


class _Killed(BaseException):
    """Nobody catches this: the worker is gone."""


def _deliver(world: World, events: Sequence[dict[str, Any]], *, kill_at: int) -> None:
    """Let a batch be applied, by a worker that may be killed at some statement, and the next one."""
    for event in events:
        inbox.keep(world.east.pk, make_envelope(event))
    seen = 0

    def kill(execute: Any, *rest: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == kill_at:
            raise _Killed
        return execute(*rest)

    try:
        with connection.execute_wrapper(kill):
            receiving.apply_inbox()
    except _Killed:
        receiving.apply_inbox()


def _compare(repository: Repository, truth: Truth) -> None:
    repository.refresh_from_db()
    found = Tag.objects.filter(repository=repository).values_list("name", "manifest__digest")
    assert dict(found) == truth.tags
    manifests = Manifest.objects.filter(repository=repository).values_list("digest", flat=True)
    assert set(manifests) == truth.manifests
    assert BlobLink.objects.filter(repository=repository).count() == len(truth.blobs)
    assert (repository.pull_count, repository.last_pushed_at) == (truth.pulls, truth.last_pushed_at)
    days = DailyCount.objects.aggregate(pulls=Sum("pulls"), pushes=Sum("pushes"))
    assert (days["pulls"] or 0, days["pushes"] or 0) == (truth.pulls, truth.pushes)
    assert TagChange.objects.filter(kind="pushed").count() == truth.pushes
