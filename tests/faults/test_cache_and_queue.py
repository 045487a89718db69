"""Redis is away, loses everything, and two schedulers run (L5, L6, L11)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from bench.instance import Instance
from bench.processes import process
from launcher import services
from launcher.layout import Layout
from tests.e2e.processes import kill, standing_still
from tests.e2e.stack import Stack, environment
from tests.faults.cast import OWNER, Cast, told_pull
from tests.faults.traffic import Traffic, statuses
from tests.waiting import eventually

PULLS = """
from index.models import Repository
answer = Repository.objects.get(name=name).pull_count
"""
DELETE = """
from accounts.models import User
from accounts.principals import Principal
from index.flows.delete_repository import request_deletion
from index.models import Repository
from index.outbox import start_soon
from index.tasks import continue_deletion
user = User.objects.get(username=owner)
deletion = request_deletion(Repository.objects.live().get(name=name), by=Principal(user), at_once=True)
start_soon(continue_deletion, deletion.pk)
answer = deletion.pk
"""
IS_DELETED = """
from index.models import Deletion
answer = Deletion.objects.get(pk=pk).finished_at is not None
"""
HAS_ARRIVED = """
from index.models import Repository
answer = Repository.objects.live().filter(name=name, last_pushed_at__isnull=False).exists()
"""
DELETIONS = """
from index.models import Repository
answer = Repository.objects.filter(name__startswith=stem, state="deleted").count()
"""
DO_LATER = """
from index.tasks import prune_denials
answer = prune_denials.apply_async(countdown=600).id
"""
REFUSED = "consumer: Cannot connect"
MANY = 200


@pytest.mark.slow
def test_what_is_asked_for_while_redis_hangs_is_done_afterwards(cast: Cast) -> None:
    """L5: users notice nothing; a deletion and what registries tell wait in the database."""
    doors = [door for name, door in cast.doors().items() if name != "own page"]
    doomed = f"{OWNER}/doomed"
    push(cast, "doomed")
    eventually(lambda: cast.backstage.run(HAS_ARRIVED, name=doomed), within=30)
    before = cast.backstage.run(PULLS, name=cast.public)
    with standing_still(cast.stack, "redis"):
        deletion = cast.backstage.run(DELETE, name=doomed, owner=OWNER)
        told = [cast.tell(told_pull(cast.public)).status for _ in range(10)]
        with Traffic(cast.wire, doors, per_second=20) as traffic:
            traffic.goes_on(60)
        push(cast, "pushed")
        assert cast.write().status == 200
    assert told == [202] * 10
    assert statuses(traffic.seen) == {200: len(traffic.seen)}
    eventually(lambda: cast.backstage.run(IS_DELETED, pk=deletion), within=60)
    eventually(lambda: cast.backstage.run(HAS_ARRIVED, name=f"{OWNER}/pushed"), within=60)
    eventually(lambda: cast.backstage.run(PULLS, name=cast.public) == before + 10, within=60)


def test_nobody_notices_that_redis_lost_everything(cast: Cast) -> None:
    """L6: sessions and permissions are in the database; what is waiting is swept from there."""
    before = cast.backstage.run(PULLS, name=cast.public)
    with redis_of(cast.stack) as redis, Traffic(cast.wire, list(cast.doors().values())) as traffic:
        for _ in range(10):
            redis.flushall()
            assert cast.tell(told_pull(cast.public)).status == 202
            traffic.goes_on(20)
    assert statuses(traffic.seen) == {200: len(traffic.seen)}
    eventually(lambda: cast.backstage.run(PULLS, name=cast.public) == before + 10, within=60)


def test_a_redis_that_takes_no_writes_ends_no_worker(cast: Cast) -> None:
    """L5: as one does that has no replica left, or no disk; without CELERY_BROKER_CHANNEL_ERROR_RETRY it ends."""
    worker, refused = cast.stack.pid("worker"), cast.stack.output.count(REFUSED)
    before = cast.backstage.run(PULLS, name=cast.public)
    with redis_of(cast.stack) as redis, Traffic(cast.wire, list(cast.doors().values())) as traffic:
        redis.config_set("min-replicas-to-write", 1)
        try:
            told = [cast.tell(told_pull(cast.public)).status for _ in range(10)]
            eventually(lambda: cast.stack.output.count(REFUSED) > refused, within=60)
            traffic.goes_on(60)
        finally:
            redis.config_set("min-replicas-to-write", 0)
    assert told == [202] * 10
    assert statuses(traffic.seen) == {200: len(traffic.seen)}
    eventually(lambda: cast.backstage.run(PULLS, name=cast.public) == before + 10, within=60)
    assert cast.stack.pid("worker") == worker, cast.stack.output[-9000:]


def test_a_redis_that_is_killed_while_a_task_waits_ends_no_worker(cast: Cast) -> None:
    """L5: Celery's own worker ends where it holds a task and asks for more (config.consumer)."""
    worker, redis_was = cast.stack.pid("worker"), cast.stack.pid("redis")
    before = cast.backstage.run(PULLS, name=cast.public)
    cast.backstage.run(DO_LATER)
    with redis_of(cast.stack) as redis:
        eventually(lambda: redis.hlen("unacked"), within=60)
    kill(cast.stack, "redis")
    eventually(lambda: cast.stack.pid("redis") != redis_was, within=60)
    assert cast.tell(told_pull(cast.public)).status == 202
    eventually(lambda: cast.backstage.run(PULLS, name=cast.public) == before + 1, within=60)
    assert cast.stack.pid("worker") == worker, cast.stack.output[-9000:]


@pytest.mark.slow
def test_two_schedulers_do_everything_once(cast: Cast) -> None:
    """L11: of two workers with a beat each; a scheduler that died is told by docs/operations/observability.md."""
    before = cast.backstage.run(PULLS, name=cast.public)
    with second_worker(cast.stack):
        for number in range(5):
            push(cast, f"twice{number}")
        eventually(lambda: cast.backstage.run(HAS_ARRIVED, name=f"{OWNER}/twice4"), within=60)
        for number in range(5):
            cast.backstage.run(DELETE, name=f"{OWNER}/twice{number}", owner=OWNER)
        for _ in range(MANY):
            assert cast.tell(told_pull(cast.public)).status == 202
        eventually(lambda: cast.backstage.run(DELETIONS, stem=f"{OWNER}/twice") == 5, within=90)
        eventually(lambda: cast.backstage.run(PULLS, name=cast.public) == before + MANY, within=60)
    assert cast.backstage.run(PULLS, name=cast.public) == before + MANY


def push(cast: Cast, name: str) -> None:
    """Push an image as the node does."""
    instance = Instance(cast.stack.port, cast.stack.var, environment())
    instance.push(cast.node, f"{OWNER}/{name}")


@contextmanager
def redis_of(stack: Stack) -> Iterator[Redis]:
    """The instance's own."""
    with Redis(unix_socket_path=str(sockets(stack) / "redis.sock")) as redis:
        yield redis


def sockets(stack: Stack) -> Path:
    note = json.loads((stack.var / "run" / "instance.json").read_text())
    return Path(note["sockets"])


@contextmanager
def second_worker(stack: Stack) -> Iterator[None]:
    """A worker with a scheduler of its own beside the one that there is."""
    pid = stack.pid("worker")
    pairs = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    variables = dict(pair.decode().split("=", 1) for pair in pairs if pair)
    python = Path(variables["WAYBILL_VENV"]) / "bin" / "python"
    command = list(services.worker(Layout(var=stack.var), python).command)
    command[command.index("--schedule") + 1] += "-second"
    with process([*command, "--hostname", "second@%h"], variables):
        yield
