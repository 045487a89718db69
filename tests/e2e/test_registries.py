"""Registries as an administrator looks after them, with those of a running instance."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from launcher.layout import CHECKOUT
from tests.e2e.backstage import Backstage
from tests.e2e.people import Person
from tests.e2e.registries import Registries
from tests.e2e.stack import Stack
from tests.tools import tool
from tests.waiting import eventually

_NOTIFIES = """
from index.flows.check_registry import check_registry
from index.models import Registry
check = check_registry(Registry.objects.get(name=registry))
[finding] = [one for one in check.findings if one["check"] == "notifications"]
answer = [check.is_healthy, finding["verdict"]]
"""
_DELETE = """
from index.models import Registry
from index.registry_client import RegistryClient
client = RegistryClient(Registry.objects.get(name="east"), name)
client.delete_manifest(digest)
"""
_REPORT = """
from index.models import GarbageCollection
newest = GarbageCollection.objects.filter(registry__name=registry).first()
answer = [newest.state, newest.bytes_freed, newest.blobs_deleted]
"""


@pytest.mark.parametrize("registry", ["east", "west"])
def test_the_registries_of_an_instance_are_well_and_notify_us(
    stack: Stack, backstage: Backstage, registry: str
) -> None:
    assert " BAD " not in stack.manage("registries", "check", registry)
    eventually(lambda: backstage.run(_NOTIFIES, registry=registry) == [True, "good"])


def test_a_pool_spreads_pushes_as_it_is_foretold(
    stack: Stack, alice: Person, registries: Registries
) -> None:
    stack.manage("placement", "pool", "both", "east", "west")
    stack.manage("placement", "rule", f"{alice.name}/pooled-*", "--to", "both")
    told = {
        name: stack.manage("placement", "where", f"{alice.name}/{name}")
        for name in (f"pooled-{number}" for number in range(8))
    }
    for registry in ("east", "west"):
        name = next(name for name, said in told.items() if f"would go to {registry}:" in said)
        alice.push_image(name)
        assert registries.keepers(f"{alice.name}/{name}", "1.0") == {registry}
    stack.manage("placement", "remove", f"{alice.name}/pooled-*")


def test_garbage_is_collected_while_pulls_go_on(
    stack: Stack, alice: Person, backstage: Backstage
) -> None:
    kept, gone = alice.push_image("kept"), alice.push_image("gone")
    digest = alice.docker.digest_of(gone)
    backstage.run(_DELETE, name=f"{alice.name}/gone", digest=digest)
    stack.manage("registries", "collect", "east")
    pulled, is_over = [0], Event()

    def pull_again_and_again() -> None:
        while not is_over.is_set():
            alice.forget(kept)
            alice.docker("pull", kept)
            pulled[0] += 1

    with ThreadPoolExecutor(1) as pool:
        puller = pool.submit(pull_again_and_again)
        eventually(lambda: pulled[0] > 0)
        done = collect_garbage(stack)
        seen = pulled[0]
        eventually(lambda: pulled[0] > seen or puller.done())
        is_over.set()
        puller.result()
    assert (done.returncode, done.stderr) == (0, "")
    state, freed, blobs = backstage.run(_REPORT, registry="east")
    assert state == "done"
    assert freed > 0
    assert blobs > 0
    assert digest not in blobs_of(stack)
    assert alice.docker.digest_of(kept) in blobs_of(stack)
    alice.push_image("afterwards")


def blobs_of(stack: Stack) -> set[str]:
    """Return the digests of all that east has on disk."""
    folder = stack.var / "registries" / "east" / "docker" / "registry" / "v2" / "blobs" / "sha256"
    return {f"sha256:{path.parent.name}" for path in folder.glob("*/*/data")}


def collect_garbage(stack: Stack) -> subprocess.CompletedProcess[str]:
    """Run the script for east, as its host's cron would."""
    told = {
        "WAYBILL_URL": stack.origin,
        "REGISTRY_NAME": "east",
        "EVENTS_SECRET_FILE": str(stack.var / "secrets" / "events_east"),
        "CONFIG": str(stack.var / "registries" / "east.yml"),
        "STORAGE": str(stack.var / "registries" / "east"),
        "REGISTRY": tool("docker-registry"),
        "GRACE": "1",
        "PATH": os.environ["PATH"],
    }
    script = ["sh", str(CHECKOUT / "deploy" / "collect-garbage.sh")]
    return subprocess.run(script, env=told, capture_output=True, text=True, check=False)
