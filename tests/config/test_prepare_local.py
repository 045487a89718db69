"""What `./dev run` asks of Django before it starts its processes."""

from __future__ import annotations

from config.management.commands.prepare_local import _others
from index.models import Registry, RegistryState
from tests.conftest import World
from tests.factories import make_registry


def test_the_gateway_learns_of_registries_that_were_added_since(world: World) -> None:
    added = make_registry("added")
    added.upstream_url = "http://127.0.0.1:5000"
    added.save()
    unknown, retired = make_registry("unknown"), make_registry("retired")
    Registry.objects.filter(pk=unknown.pk).update(upstream_url="http://nobody.invalid:5000")
    Registry.objects.filter(pk=retired.pk).update(
        upstream_url="http://127.0.0.1:5001", state=RegistryState.RETIRED
    )
    assert _others([world.east, world.west]) == [added]
