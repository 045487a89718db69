"""What tests of deleted tags stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from index.models import Registry
from tests.conftest import World
from tests.index.delete_tags.at_east import NAME, learn
from tests.registry_stub import RegistryStub, serve


@pytest.fixture
def stub(world: World, request: pytest.FixtureRequest) -> Iterator[RegistryStub]:
    """East: two tags on one image, one on another, an index over two images of which one is tagged."""
    with serve(RegistryStub()) as stub:
        stub.deletes_tags = getattr(request, "param", False)
        stub.push_image(NAME, "one", "two")
        stub.push_image(NAME, "three", layer=b"third")
        children = [stub.push_image(NAME, "child", layer=b"a"), stub.push_image(NAME, layer=b"b")]
        stub.push_index(NAME, "multi", children)
        stub.push_image("alice/priv", "latest")
        Registry.objects.update(upstream_url=stub.url)
        world.east.refresh_from_db()
        world.app.refresh_from_db()
        learn(world.app, stub)
        yield stub
