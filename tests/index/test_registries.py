"""What an operator says of registries at the command line."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.principals import Principal
from index.models import Registry, Stage, Writers
from index.policy import allowed_actions
from index.roles import Action
from tests.conftest import World


def registries(*arguments: str) -> str:
    output = StringIO()
    call_command("registries", *arguments, stdout=output)
    return output.getvalue()


def test_a_stage_is_set_and_listed(world: World) -> None:
    said = registries("stage", "east", "--stage", "release", "--writers", "builders")
    assert said.startswith("east: Release. It takes writes from: Build servers")
    east, west = (line for line in registries("list").splitlines() if "->" not in line)
    assert "stage release, writers builders" in east
    assert "stage none, writers anyone" in west


def test_what_is_not_said_stays(world: World) -> None:
    registries("stage", "east", "--stage", "release", "--writers", "promotion")
    registries("stage", "east", "--stage", "none")
    world.east.refresh_from_db()
    assert (world.east.stage, world.east.writers) == (Stage.NONE, Writers.PROMOTION)
    registries("stage", "east", "--writers", "anyone")
    world.east.refresh_from_db()
    assert world.east.writers == Writers.ANYONE


def test_whoever_has_a_role_loses_pushes_from_then_on(world: World) -> None:
    registries("stage", "east", "--writers", "builders")
    world.app.registry.refresh_from_db()
    for person in (world.olga, world.root):
        assert allowed_actions(Principal(person), world.app).actions == {Action.PULL}


def test_an_unknown_registry_or_writer_changes_nothing(world: World) -> None:
    for arguments in (("north",), ("east", "--writers", "nobody"), ("east", "--stage", "x")):
        with pytest.raises(CommandError):
            registries("stage", *arguments)
    assert set(Registry.objects.values_list("stage", "writers")) == {("", "anyone")}
