"""Moves of large repositories: what grows with them, in memory, in statements, in time."""

# ruff: noqa: F811 - the fixtures `ends` and `lone` are those of test_moves

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from index.copying import Copier
from index.copying.referrers import fallback_tag
from index.errors import MoveRefused
from index.flows.record_moved import MovedRows, point_tags
from index.models import Move, MoveState
from index.moves import passes
from index.registry_client import RegistryClient, ServedManifest
from tests.conftest import World
from tests.factories import make_digest, make_tag
from tests.index.pushing import Pusher
from tests.index.test_moves import Ends, contents_by_digest, ends, lone  # noqa: F401
from tests.index.test_moves_workers import mover
from tests.registry_stub import IMAGE


class NeverWalked(dict[str, str]):
    """What is held, and may be looked up: whoever walks through all of it does so for each image."""

    def __iter__(self) -> Iterator[str]:
        """Refuse to."""
        pytest.fail("all that is held was walked through")


def found_rows(world: World) -> MovedRows:
    """Return rows of twenty manifests and a hundred blobs, not written yet."""
    rows = MovedRows(world.app, pushed_at=timezone.now())
    for number in range(20):
        content = json.dumps(
            {"layers": [{"digest": make_digest(f"{number} {n}"), "size": n} for n in range(5)]}
        )
        served = ServedManifest(make_digest(str(number)), IMAGE, content.encode())
        rows.add(served.document)
    return rows


def test_a_repository_may_be_too_large(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "_MOST_MANIFESTS", 1)
    for number in range(3):
        ends.push.image(b"%d" % number, tag=f"1.{number}")
    move = ends.move()
    assert move.state == MoveState.COPYING
    assert "more than 1 manifests" in move.last_problem
    assert move.manifests_copied == 0
    pushed = [digest for digest in contents_by_digest(ends.here).values() if digest]
    assert not any(ends.there.has_manifest(digest) for digest in pushed)


def test_what_is_known_to_be_too_large_is_not_begun_with(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "_MOST_MANIFESTS", 1)
    for tag in ("1.0", "2.0"):
        make_tag(ends.world.app, tag)
    with pytest.raises(MoveRefused, match="more than 1 manifests"):
        ends.ask()
    assert not Move.objects.exists()


def test_rows_are_written_some_hundred_at_a_time(
    world: World, django_assert_num_queries: Any
) -> None:
    rows = found_rows(world)
    with django_assert_num_queries(6):  # three for the lock and its transaction
        rows.write()
    assert world.app.manifests.count() == 20
    assert world.app.blob_links.filter(size=4).count() == 20


def test_tags_are_pointed_together(world: World, django_assert_max_num_queries: Any) -> None:
    old = make_tag(world.app, "1.0", pushed_by=world.mia)
    tags = {f"1.{number}": make_digest(str(number)) for number in range(50)}
    with django_assert_max_num_queries(10):
        point_tags(world.app, tags, pushed_at=timezone.now())
    assert dict(world.app.tags.values_list("name", "manifest__digest")) == tags
    now = world.app.tags.get(name="1.0")
    assert (now.pushed_by, now.pushed_at) == (None, old.pushed_at)


def test_rows_are_written_in_one_order_with_the_repository_locked(world: World) -> None:
    """So do notifications: two that insert the same rows never wait for each other."""
    rows = found_rows(world)
    with CaptureQueriesContext(connection) as captured:
        rows.write()
    statements = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert 'FROM "index_repository"' in statements[0]
    for kept in (world.app.manifests, world.app.blob_links):
        digests = list(kept.order_by("pk").values_list("digest", flat=True))
        assert digests == sorted(digests)


def test_of_many_questions_some_wait_and_the_others_are_not_thought_of_yet() -> None:
    asked: list[str] = []
    ahead: list[int] = []

    def questions() -> Iterator[str]:
        for number in range(2500):
            asked.append(str(number))
            yield asked[-1]

    answers = passes._ask_all(str, questions(), lambda: ahead.append(len(asked) - len(ahead)))
    assert answers == asked
    assert max(ahead) == 1000


def test_for_one_more_image_what_was_copied_before_is_not_walked_through(ends: Ends) -> None:
    images = [ends.push.image(b"%d" % number) for number in range(3)]
    sbom = ends.push.referrer(images[1], b"sbom")
    copier = Copier(ends.here, ends.there, mount=False)
    copier.report.held = NeverWalked()
    for digest in images:
        copier.copy(digest)
    assert all(ends.there.has_manifest(digest) for digest in (*images, sbom))


def test_lists_of_referrers_are_told_from_other_tags_without_a_walk(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source lists referrers by itself, and the tag is there for clients of the target."""
    monkeypatch.setattr(RegistryClient, "referrers", lambda *_: [])
    digest = ends.push.image(b"one", tag="1.0")
    for tag in (fallback_tag(digest), fallback_tag(make_digest("of nothing")), "2.0"):
        Pusher(ends.there).image(tag.encode(), tag=tag)
    copying = mover(ends, [])
    copying.report.held = NeverWalked()
    copying.run()
    assert set(ends.there.tags()) == {"1.0", fallback_tag(digest)}
