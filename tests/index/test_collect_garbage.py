"""The garbage collection of a registry: when it is due, what it holds, what it freed."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.principals import Principal
from index.errors import RegistryInUse, RegistryRefused
from index.flows.collect_garbage import (
    CollectionReport,
    ask_for_collection,
    begin_collection,
    end_silent_collections,
    finish_collection,
    keep_collecting,
    make_collections_due,
    schedule_collection,
)
from index.models import CollectionState, GarbageCollection, Registry
from index.probing.tokens import PROBE_REPOSITORY, own_token
from launcher.layout import CHECKOUT
from tests.conftest import World
from tests.e2e.lone_registry import LoneRegistry, running_registry
from tests.factories import EVENTS_SECRET
from tests.tools import tool
from tests.waiting import eventually

SUNDAY = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
BLOB = os.urandom(300_000)
DIGEST = f"sha256:{hashlib.sha256(BLOB).hexdigest()}"


def held_until(registry: Registry) -> datetime | None:
    registry.refresh_from_db()
    return registry.writes_held_until


def asked(world: World) -> GarbageCollection:
    return ask_for_collection(world.east, by=Principal(world.root))


def test_nothing_begins_that_nobody_asked_for(world: World) -> None:
    assert begin_collection(world.east) is None
    assert held_until(world.east) is None


def test_pushes_are_held_from_the_beginning_to_the_report(world: World) -> None:
    asked(world)
    with time_machine.travel(SUNDAY, tick=False):
        assert begin_collection(world.east)
        assert held_until(world.east) == SUNDAY + timedelta(minutes=10)
        assert begin_collection(world.east) is None
    assert finish_collection(world.east, CollectionReport(900, 400, 7))
    assert held_until(world.east) is None
    collection = GarbageCollection.objects.get()
    assert (collection.state, collection.bytes_freed) == (CollectionState.DONE, 500)
    assert not finish_collection(world.east, CollectionReport())


def test_a_run_holds_longer_while_it_says_so_and_six_hours_in_all(world: World) -> None:
    asked(world)
    with time_machine.travel(SUNDAY, tick=False) as clock:
        begin_collection(world.east)
        for _ in range(6 * 60 - 1):
            clock.shift(60)
            assert keep_collecting(world.east)
        assert held_until(world.east) == SUNDAY + timedelta(hours=6)
        clock.shift(60)
        assert not keep_collecting(world.east)


def test_a_run_that_dies_lets_pushes_in_by_time(world: World) -> None:
    asked(world)
    with time_machine.travel(SUNDAY, tick=False) as clock:
        begin_collection(world.east)
        clock.shift(599)
        end_silent_collections()
        assert GarbageCollection.objects.get().state == CollectionState.RUNNING
        clock.shift(1)
        assert not keep_collecting(world.east)
        end_silent_collections()
    collection = GarbageCollection.objects.get()
    assert collection.state == CollectionState.FAILED
    assert "said nothing for ten minutes" in collection.problem
    assert held_until(world.east) is None


def test_a_failure_is_kept_with_its_problem(world: World) -> None:
    asked(world)
    begin_collection(world.east)
    finish_collection(world.east, CollectionReport(problem="garbage-collect ended with status 1"))
    assert GarbageCollection.objects.get().state == CollectionState.FAILED


@pytest.mark.parametrize(
    "report",
    [{"bytes_before": -1}, {"bytes_after": 2**63}, {"blobs_deleted": 2**31}, {"problem": "a\nb"}],
)
def test_a_report_of_nonsense_is_refused(world: World, report: dict[str, Any]) -> None:
    asked(world)
    begin_collection(world.east)
    with pytest.raises(RegistryRefused):
        finish_collection(world.east, CollectionReport(**report))
    assert GarbageCollection.objects.get().state == CollectionState.RUNNING


def test_two_are_never_due_at_once(world: World) -> None:
    asked(world)
    with pytest.raises(RegistryInUse):
        asked(world)


def test_it_is_due_once_a_week_on_its_day_at_its_hour(world: World) -> None:
    schedule_collection(world.east, day=6, hour=4, by=Principal(world.root))
    for now, count in (
        (SUNDAY - timedelta(hours=1), 0), (SUNDAY, 1), (SUNDAY + timedelta(hours=2), 1),
        (SUNDAY + timedelta(days=1), 1), (SUNDAY + timedelta(days=7), 2),
    ):  # fmt: skip
        with time_machine.travel(now, tick=False):
            make_collections_due()
            assert GarbageCollection.objects.count() == count
        GarbageCollection.objects.update(state=CollectionState.DONE)


def test_an_hour_of_days_ago_is_not_made_up_for(world: World) -> None:
    schedule_collection(world.east, day=6, hour=4, by=Principal(world.root))
    with time_machine.travel(SUNDAY + timedelta(days=2), tick=False):
        make_collections_due()
    assert not GarbageCollection.objects.exists()


def test_the_host_is_known_by_the_events_secret_alone(client: Client, world: World) -> None:
    asked(world)
    for name, secret in (
        ("east", "x"),
        ("west", EVENTS_SECRET + "east"),
        ("no", "x"),
        ("east", ""),
    ):
        for step in ("begin", "renew", "finish"):
            answer = client.post(
                f"/api/v1/registries/{name}/collection/{step}",
                headers={"Authorization": f"Bearer {secret}"},
            )
            assert answer.status_code == 401
    client.force_login(world.root)
    assert client.post("/api/v1/registries/east/collection/begin").status_code == 401
    assert GarbageCollection.objects.get().state == CollectionState.WAITING


# --- the script, the real registry --------------------------------------------------------------


@pytest.fixture
def lone(transactional_db: None, world: World, tmp_path: Path) -> Iterator[LoneRegistry]:
    with running_registry(tmp_path, world.east) as lone:
        yield lone


def push(world: World, lone: LoneRegistry, content: bytes, digest: str) -> None:
    """Upload a blob that no manifest refers to."""
    headers = {"Authorization": f"Bearer {own_token(world.east)}"}
    uploads = f"{lone.url}/v2/{PROBE_REPOSITORY}/blobs/uploads/"
    place = requests.post(uploads, headers=headers, timeout=9).headers["Location"]
    joint = "&" if "?" in place else "?"
    url = f"{lone.url}{place}{joint}digest={digest}"
    assert requests.put(url, data=content, headers=headers, timeout=9).status_code == 201


def pull(world: World, lone: LoneRegistry, digest: str) -> int:
    headers = {"Authorization": f"Bearer {own_token(world.east)}"}
    url = f"{lone.url}/v2/{PROBE_REPOSITORY}/blobs/{digest}"
    return requests.get(url, headers=headers, timeout=9).status_code


def run_script(
    server: LiveServer, lone: LoneRegistry, **more: str
) -> subprocess.CompletedProcess[str]:
    secret = lone.folder / "secret"
    secret.write_text(f"{EVENTS_SECRET}east\n")
    told = {
        "WAYBILL_URL": server.url,
        "REGISTRY_NAME": "east",
        "EVENTS_SECRET_FILE": str(secret),
        "CONFIG": str(lone.folder / "config.yml"),
        "REGISTRY": tool("docker-registry"),
        "STORAGE": str(lone.folder / "storage"),
        "GRACE": "0",
        "PATH": os.environ["PATH"],
    }
    script = str(CHECKOUT / "deploy" / "collect-garbage.sh")
    return subprocess.run(
        ["sh", script], env=told | more, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_script_frees_what_nothing_refers_to_and_reports_it(
    live_server: LiveServer, world: World, lone: LoneRegistry
) -> None:
    push(world, lone, BLOB, DIGEST)
    assert run_script(live_server, lone).returncode == 0  # nothing is due
    assert pull(world, lone, DIGEST) == 200
    asked(world)
    done = run_script(live_server, lone)
    assert (done.returncode, done.stderr) == (0, "")
    collection = GarbageCollection.objects.get()
    assert collection.state == CollectionState.DONE
    assert collection.blobs_deleted == 1
    assert (collection.bytes_freed or 0) >= len(BLOB)
    assert pull(world, lone, DIGEST) == 404
    assert held_until(world.east) is None


def test_a_run_that_fails_says_so_and_holds_nothing(
    live_server: LiveServer, world: World, lone: LoneRegistry
) -> None:
    asked(world)
    done = run_script(live_server, lone, CONFIG="/nowhere")
    assert done.returncode == 1
    collection = GarbageCollection.objects.get()
    assert collection.state == CollectionState.FAILED
    assert "garbage-collect ended with status" in collection.problem
    assert held_until(world.east) is None


def test_pulls_and_the_hold_go_on_while_it_runs(
    live_server: LiveServer, world: World, lone: LoneRegistry
) -> None:
    push(world, lone, BLOB, DIGEST)
    asked(world)
    witness = lone.folder / "witness.sh"
    # In place of the registry's program: look at the index and the registry in the middle of the run.
    token = own_token(world.east)
    witness.write_text(
        "#!/bin/sh\n"
        f"curl -s -o /dev/null -w '%{{http_code}}' -H 'Authorization: Bearer {token}'"
        f" {lone.url}/v2/{PROBE_REPOSITORY}/blobs/{DIGEST} > {lone.folder}/pulled\n"
        f"touch {lone.folder}/reached; while [ ! -e {lone.folder}/go ]; do sleep 0.05; done\n"
    )
    witness.chmod(0o755)
    runner = Thread(target=run_script, args=(live_server, lone), kwargs={"REGISTRY": str(witness)})
    runner.start()
    eventually((lone.folder / "reached").exists)
    assert (lone.folder / "pulled").read_text() == "200"
    held = held_until(world.east)
    assert held is not None
    assert held > timezone.now()
    (lone.folder / "go").touch()
    runner.join(timeout=30)
    assert held_until(world.east) is None


def test_a_script_with_another_secret_begins_nothing(
    live_server: LiveServer, world: World, lone: LoneRegistry
) -> None:
    asked(world)
    wrong = lone.folder / "wrong"
    wrong.write_text("x\n")
    done = run_script(live_server, lone, EVENTS_SECRET_FILE=str(wrong))
    assert (done.returncode, "does not know east" in done.stderr) == (1, True)
    assert GarbageCollection.objects.get().state == CollectionState.WAITING
