"""What tests of promotions stand on."""

from __future__ import annotations

import pytest

from accounts.principals import Principal
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant, make_registry, make_repository
from tests.index.promotions.stages import Stages


@pytest.fixture
def stages(world: World) -> Stages:
    """Mila may write everywhere, rita may read everywhere, olga owns acme."""
    found = []
    for name, stage in (("sand", "sandbox"), ("inte", "integration"), ("rel", "release")):
        registry = make_registry(f"reg-{name}")
        registry.stage = stage
        registry.writers = "promotion" if stage == "release" else "anyone"
        registry.save()
        repository = make_repository(f"acme/{name}")
        repository.registry = registry
        repository.save()
        make_grant(repository, world.mia, Role.WRITER)
        make_grant(repository, world.rita, Role.READER)
        found.append(repository)
    made = Stages(world, *found)
    made.manifest(made.sandbox, "latest")
    return made


@pytest.fixture
def mia(stages: Stages) -> Principal:
    """A writer of every stage."""
    return Principal(stages.world.mia)
