"""Case 38: deletion while the real registry is stopped, held, restarted, and the worker killed.

acme/app has three tags sharing two digests, an index with two children, an untagged manifest that was
overwritten, and blobs that alice/priv shares.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.principals import Principal
from index.errors import NameTaken
from index.flows.continue_tag_deletions import continue_tag_deletions
from index.flows.create_repository import create_repository
from index.flows.delete_repository import claim, continue_deletion, request_deletion
from index.flows.delete_tags import delete_tags
from index.flows.describe_manifest import describe_manifest
from index.flows.undelete_tag import undelete_tag
from index.models import Deletion, Manifest, Registry, Repository, RepositoryState, Tag, TagDeletion
from index.names import parse_repository_name
from index.registry_client import RegistryClient
from index.registry_connection import RegistryConnection
from tests.clients import get_token, granted
from tests.conftest import World
from tests.e2e.lone_registry import LoneRegistry, running_registry
from tests.index.pushing import Pusher

NAME = "acme/app"
KILLS = 20


@pytest.fixture
def lone(transactional_db: None, world: World, tmp_path: Path) -> Iterator[LoneRegistry]:
    """East, for real, with what the case names; processes of their own see the same database."""
    with running_registry(tmp_path, world.east) as lone:
        fill(world)
        yield lone


def fill(world: World) -> None:
    """Push, and write down what the notifications and descriptions would have told."""
    push = Pusher(RegistryClient(world.east, NAME))
    push.image(b"one", tag="one")
    push.image(b"one", tag="two")
    push.image(b"three", tag="three")
    overwritten = push.image(b"overwritten", tag="three")
    push.image(b"three", tag="three")
    children = [push.image(text, platform=f"linux/{text.decode()}") for text in (b"a", b"b")]
    push.index(*children, tag="multi")
    neighbour = Pusher(RegistryClient(world.east, "alice/priv"))
    neighbour.image(b"one", b"three", b"a", tag="latest")
    learn(world.app)
    learn(world.private)
    Manifest.objects.get_or_create(repository=world.app, digest=overwritten)
    describe_manifest(Manifest.objects.get(repository=world.app, digest=overwritten))


def learn(repository: Repository) -> None:
    """Write down what the registry holds."""
    repository.registry.refresh_from_db()
    client = RegistryClient(repository.registry, repository.stored_name)
    for tag in client.tags():
        digest = client.digest_of(tag)
        assert digest
        manifest, _ = Manifest.objects.get_or_create(repository=repository, digest=digest)
        Tag.objects.create(
            repository=repository, name=tag, manifest=manifest, pushed_at=timezone.now()
        )
    while unread := list(repository.manifests.filter(described_at=None)):
        for manifest in unread:
            describe_manifest(manifest)


def held(world: World, name: str = NAME) -> tuple[dict[str, str], set[str], set[str]]:
    """Return tags, manifests and blobs that the registry still serves of all that was ever known."""
    client = RegistryClient(world.east, name)
    manifests = {one for one in ALL[name, "manifests"] if client.has_manifest(one)}
    blobs = {one for one in ALL[name, "blobs"] if client.has_blob(one)}
    return {tag: client.digest_of(tag) or "" for tag in client.tags()}, manifests, blobs


ALL: dict[tuple[str, str], list[str]] = {}


@pytest.fixture(autouse=True)
def _remember(request: pytest.FixtureRequest) -> None:
    """Keep the digests, for rows are gone in the end."""
    if "lone" not in request.fixturenames:
        return
    request.getfixturevalue("lone")
    for repository in Repository.objects.filter(stored_name__in=[NAME, "alice/priv"]):
        for kind, rows in (("manifests", repository.manifests), ("blobs", repository.blob_links)):
            ALL[repository.stored_name, kind] = list(rows.values_list("digest", flat=True))


def hurry() -> None:
    """Let the pause and the lease of whoever died be over."""
    now = timezone.now()
    Deletion.objects.filter(finished_at=None).update(next_attempt_at=now)
    TagDeletion.objects.filter(next_attempt_at__gt=now).update(next_attempt_at=now)
    Repository.objects.update(writes_held_until=None)


def delete_on() -> None:
    """What the task does."""
    deletion = claim(Deletion.objects.get().pk)
    if deletion:
        continue_deletion(deletion)


def is_deleted() -> bool:
    """Whether the repository is called deleted."""
    return Repository.objects.get(name=NAME).state == RepositoryState.DELETED


def refuses_everything(world: World, client: Client) -> None:
    """Assert that nobody gets a token, and that the name is nobody's to take."""
    assert granted(get_token(client, f"repository:{NAME}:pull,push", user=world.olga)) == {}
    with pytest.raises(NameTaken):
        create_repository(parse_repository_name(NAME), by=Principal(world.olga))


def dice_of(seed: int | str) -> random.Random:
    """Return the same throws each time."""
    return random.Random(seed)  # noqa: S311 - nothing secret


def run_and_kill(work: Callable[[], None], *, after: int) -> bool:
    """Run it in a process of its own and kill -9 that at its nth step; whether it came to its end.

    A step is a statement, or a request before it is sent or after it was answered.
    """
    connection.close()
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
        return not os.WIFSIGNALED(status)
    try:  # in the child
        with killed_at(after):
            work()
    except BaseException:  # noqa: BLE001 - whatever it was, this process must not go on as a test
        os._exit(1)
    os._exit(0)


@contextmanager
def killed_at(step: int) -> Iterator[None]:
    """End this process without a word at that step."""
    left = [step]

    def count() -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(execute: Any, *arguments: Any) -> Any:
        count()
        return execute(*arguments)

    real = RegistryConnection.ask

    def ask(client: RegistryConnection, *arguments: Any, **named: Any) -> Any:
        count()
        answer = real(client, *arguments, **named)
        count()
        return answer

    RegistryConnection.ask = ask  # type: ignore[method-assign,assignment]  # this process ends within
    with connection.execute_wrapper(statement):
        yield


def test_a_repository_is_deleted_whole_by_a_worker_that_is_killed_twenty_times(
    world: World, lone: LoneRegistry, client: Client
) -> None:
    neighbour = held(world, "alice/priv")
    request_deletion(world.app, by=Principal(world.olga), at_once=True)
    dice = dice_of(38)
    for _ in range(KILLS):
        hurry()
        assert not run_and_kill(delete_on, after=dice.randint(1, 60)) or is_deleted()
        if is_deleted():
            break
        refuses_everything(world, client)
    for _ in range(3):
        hurry()
        delete_on()
    assert is_deleted()
    assert held(world) == ({}, set(), set())
    assert held(world, "alice/priv") == neighbour


def work_and_die(work: Callable[[], None], *, seed: int) -> None:
    """Do it with a worker that is killed twenty times, and then with one that lives."""
    dice = dice_of(seed)
    for _ in range(KILLS):
        hurry()
        run_and_kill(work, after=dice.randint(1, 50))
    for _ in range(3):
        hurry()
        work()


def test_tags_are_deleted_and_put_back_by_a_worker_that_is_killed_twenty_times(
    world: World, lone: LoneRegistry
) -> None:
    before, neighbour = held(world), held(world, "alice/priv")
    wanted = {"one": "", "three": "", "multi": ""}
    made = delete_tags(world.app, wanted, by=Principal(world.olga))
    work_and_die(lambda: continue_tag_deletions(world.app.pk), seed=83)
    assert held(world) == ({"two": before[0]["two"]}, *before[1:])
    for deletion in made:
        deletion.refresh_from_db()
        undelete_tag(deletion, by=Principal(world.olga))
    work_and_die(lambda: continue_tag_deletions(world.app.pk), seed=84)
    assert held(world) == before
    assert held(world, "alice/priv") == neighbour
    assert revisions(lone) == before[1]


def test_images_are_purged_by_a_worker_that_is_killed_twenty_times(
    world: World, lone: LoneRegistry
) -> None:
    before, neighbour = held(world), held(world, "alice/priv")
    delete_tags(world.app, {"one": "", "three": "", "multi": ""}, by=Principal(world.olga))
    continue_tag_deletions(world.app.pk)
    TagDeletion.objects.update(purge_after=timezone.now())
    work_and_die(lambda: continue_tag_deletions(world.app.pk), seed=85)
    tags, manifests, blobs = held(world)
    assert tags == {"two": before[0]["two"]}
    assert len(manifests - {before[0]["two"]}) == 1  # overwritten: nobody asked for its end
    assert blobs < before[2]
    assert revisions(lone) == manifests
    assert held(world, "alice/priv") == neighbour
    assert set(TagDeletion.objects.values_list("state", flat=True)) == {"kept", "deleted"}


def revisions(lone: LoneRegistry) -> set[str]:
    """Return the manifests that acme/app has on disk, known to us or not."""
    folder = lone.storage / "repositories" / NAME / "_manifests" / "revisions" / "sha256"
    return {f"sha256:{link.parent.name}" for link in folder.glob("*/link")}


@pytest.mark.parametrize("fault", ["stopped", "killed", "held"])
def test_a_registry_that_is_away_delays_and_loses_nothing(
    world: World, lone: LoneRegistry, client: Client, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.registry_connection._TIMEOUT", (0.3, 0.3))
    request_deletion(world.app, by=Principal(world.olga), at_once=True)
    dice = dice_of(fault)
    end = {"stopped": lone.stop, "killed": lone.kill, "held": lone.pause}[fault]
    begin = lone.resume if fault == "held" else lone.start
    for _ in range(4):
        with away_at(dice.randint(1, 25), end):
            hurry()
            delete_on()
        refuses_everything(world, client)
        assert not is_deleted()
        assert Deletion.objects.get().last_problem
        begin()
    hurry()
    delete_on()
    assert is_deleted()
    assert held(world) == ({}, set(), set())


@contextmanager
def away_at(request: int, end: Callable[[], None]) -> Iterator[None]:
    """Take the registry away before its nth request."""
    real, left = RegistryConnection.ask, [request]

    def ask(client: RegistryConnection, *arguments: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            end()
        return real(client, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RegistryConnection, "ask", ask)
        yield


def test_tags_outlive_a_registry_that_is_restarted_midway(world: World, lone: LoneRegistry) -> None:
    before = held(world)
    [deletion] = delete_tags(world.app, {"three": ""}, by=Principal(world.olga))
    for request in range(1, 9):
        with away_at(request, lone.kill):
            hurry()
            continue_tag_deletions(world.app.pk)
        if lone._process is None:
            lone.start()
        rest = {tag: digest for tag, digest in held(world)[0].items() if tag != "three"}
        assert rest == {tag: digest for tag, digest in before[0].items() if tag != "three"}
    TagDeletion.objects.update(purge_after=timezone.now() - timedelta(seconds=1))
    for _ in range(3):
        hurry()
        continue_tag_deletions(world.app.pk)
    deletion.refresh_from_db()
    assert deletion.state == "deleted"
    assert set(held(world)[0]) == {"one", "two", "multi"}


def test_a_certificate_that_is_none_stops_the_task(world: World, lone: LoneRegistry) -> None:
    Registry.objects.filter(pk=world.east.pk).update(
        upstream_url=lone.url.replace("http:", "https:")
    )
    request_deletion(world.app, by=Principal(world.olga), at_once=True)
    delete_on()
    assert not is_deleted()
    assert "SSLError" in Deletion.objects.get().last_problem
