"""What entries are made of is read as it is kept."""

from __future__ import annotations

from accounts.models import Namespace
from index.models import FormerName, Repository
from search.sources import described
from tests.conftest import World


def former_names(*repositories: Repository) -> list[tuple[str, ...]]:
    """Under which names each is still looked for."""
    found = {one.repository_id: one for one in described([one.pk for one in repositories])}
    return [tuple(sorted(found[one.pk].former_names)) for one in repositories]


def test_nothing_was_ever_called_otherwise(world: World) -> None:
    assert former_names(world.public, world.app) == [(), ()]


def test_former_names_are_ones_own_and_those_of_the_owner(world: World) -> None:
    FormerName.objects.create(name="alice/old", repository=world.public)
    FormerName.objects.create(name="acme/old", repository=world.app)
    alice = world.public.namespace
    for name in ("alicia", "alison"):
        Namespace.objects.create(name=name, redirects_to=alice)
    assert former_names(world.public, world.private, world.app) == [
        ("alice/old", "alicia/pub", "alison/pub"),
        ("alicia/priv", "alison/priv"),
        ("acme/old",),
    ]
