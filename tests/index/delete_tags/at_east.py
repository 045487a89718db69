"""Tags at a registry, deleted by an owner and a worker."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.principals import Principal
from index.flows.continue_tag_deletions import continue_tag_deletions
from index.flows.delete_tags import delete_tags
from index.flows.describe_manifest import describe_manifest
from index.models import Manifest, Repository, Tag, TagDeletion
from tests.conftest import World
from tests.registry_stub import RegistryStub

NAME = "acme/app"


either_way = pytest.mark.parametrize(
    "stub", [False, True], ids=["by digest", "by tag"], indirect=True
)


def learn(repository: Repository, stub: RegistryStub) -> None:
    """Write down what the registry holds, as events and descriptions do."""
    for tag, digest in stub.tags[repository.name].items():
        manifest, _ = Manifest.objects.get_or_create(repository=repository, digest=digest)
        Tag.objects.update_or_create(
            repository=repository,
            name=tag,
            defaults={"manifest": manifest, "pushed_at": timezone.now()},
        )
    for manifest in repository.manifests.all():
        describe_manifest(manifest)


def delete(world: World, *tags: str) -> list[TagDeletion]:
    """Let olga delete tags, and let the worker take them off."""
    made = delete_tags(world.app, dict.fromkeys(tags, ""), by=Principal(world.olga))
    continue_tag_deletions(world.app.pk)
    return made


def purge(world: World) -> None:
    """Let a week go by, and the worker come again and again."""
    with time_machine.travel(timezone.now() + timedelta(days=8)) as clock:
        for _ in range(3):
            continue_tag_deletions(world.app.pk)
            clock.shift(timedelta(hours=1))


def state_of(deletion: TagDeletion) -> str:
    """Return how far it has come."""
    deletion.refresh_from_db()
    return deletion.state
