"""What several tests of repositories stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import World
from tests.registry_stub import RegistryStub, serve


@pytest.fixture
def stub(world: World) -> Iterator[RegistryStub]:
    """East, at the stub's address."""
    with serve(RegistryStub()) as stub:
        world.east.upstream_url = stub.url
        world.east.save()
        yield stub
