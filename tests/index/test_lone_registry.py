"""The real registry that tests start by themselves."""

from __future__ import annotations

from pathlib import Path

from index.registry_client import RegistryClient, ping
from tests.conftest import World
from tests.e2e.lone_registry import running_registry


def test_it_trusts_the_keys_of_the_tests_and_keeps_its_address(
    world: World, tmp_path: Path
) -> None:
    with running_registry(tmp_path, world.east) as lone:
        assert RegistryClient(world.east, "alice/priv").tags() == []
        lone.kill()
        lone.start()
        assert ping(world.east) == 401
        assert world.east.upstream_url == lone.url
