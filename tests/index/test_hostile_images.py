"""Images made to hurt: whoever pushes one hurts nobody else, and what reads them goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from index.flows.quotas import recount_storage
from index.models import Manifest, Repository, SecretFinding
from index.tasks import sweep_manifests
from tests.conftest import World
from tests.registry_stub import CONFIG, IMAGE, LAYER, RegistryStub

NAME = "alice/priv"


def push(stub: RegistryStub, config: bytes, sizes: tuple[Any, ...] = (1,)) -> str:
    """Push an image with that config, and layers that are said to be so large."""
    layers = [
        {
            "mediaType": LAYER,
            "digest": stub.push_blob(NAME, f"layer {number}".encode()),
            "size": size,
        }
        for number, size in enumerate(sizes)
    ]
    document = {
        "mediaType": IMAGE,
        "config": stub._descriptor(NAME, CONFIG, config),
        "layers": layers,
    }
    return stub._push_manifest(NAME, IMAGE, document, ())


def sweep(repository: Repository, *digests: str) -> list[Manifest]:
    """Describe them as beat does, in that order."""
    for digest in digests:
        Manifest.objects.create(repository=repository, digest=digest)
    sweep_manifests()
    return [Manifest.objects.get(repository=repository, digest=digest) for digest in digests]


@pytest.mark.parametrize("letters", ["\ud800" * 12, "\0" * 12, "\u202e" * 12, "a\ud800bcdefghijkl"])
def test_a_secret_of_letters_that_no_database_takes_stops_nobody(
    world: World, stub: RegistryStub, letters: str
) -> None:
    config = {"config": {"Env": [f"DB_PASSWORD={letters}"], "Labels": {"x": letters}}}
    hostile = push(stub, json.dumps(config).encode())
    good = stub.push_image(NAME, "latest")
    assert all(one.described_at for one in sweep(world.private, hostile, good))
    finding = SecretFinding.objects.get()
    assert finding.excerpt.isprintable()
    assert [*map(str, world.private.secret_findings.values_list("excerpt", flat=True))]


@pytest.mark.parametrize("size", [2**62 - 1, 2**63, 10**30, -1, 1e308, True, "1"])
def test_layers_of_absurd_sizes_stop_nobody(world: World, stub: RegistryStub, size: Any) -> None:
    hostile = push(stub, b"{}", (size,) * 8)
    good = stub.push_image(NAME, "latest")
    assert all(one.described_at for one in sweep(world.private, hostile, good))
    recount_storage(world.private.namespace_id)
