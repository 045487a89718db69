"""`manage.py promote` and `registries stage --approval`."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from index.models import Manifest, Promotion, PromotionState, Registry
from index.registry_client import RegistryClient
from index.roles import Role
from tests.conftest import World
from tests.e2e.lone_registry import running_registry
from tests.factories import make_grant, make_repository
from tests.index.pushing import Pusher


def promote(*arguments: str) -> str:
    out = StringIO()
    call_command("promote", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_it_copies_and_says_so(world: World, tmp_path: Path) -> None:
    target = make_repository("acme/rel")
    make_grant(target, world.mia, Role.WRITER)
    with running_registry(tmp_path, world.east):
        digest = Pusher(RegistryClient(world.east, "acme/app")).image(b"layer", tag="1.0")
        Manifest.objects.create(repository=world.app, digest=digest)
        said = promote(f"acme/app@{digest}", "acme/rel:1.0", "--by", "mila", "--wait")
        assert RegistryClient(world.east, "acme/rel").digest_of("1.0") == digest
    assert said.startswith("acme/rel:1.0: Done")
    assert "0 bytes copied" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("acme/app", "acme/rel", "--by", "nobody"), "There is no account nobody"),
        (("acme/app", "acme/rel", "--by", "bobby"), "no repository acme/app"),
        (("acme/app:none", "acme/rel", "--by", "mila"), "has no tag"),
        (("acme/app@sha256:1", "acme/rel", "--by", "mila"), "a digest is"),
        (("acme/app", "acme/nowhere", "--by", "mila"), "no repository acme/nowhere"),
    ],
)
def test_what_it_is_refused_for(world: World, arguments: tuple[str, ...], words: str) -> None:
    make_grant(make_repository("acme/rel"), world.mia, Role.WRITER)
    with pytest.raises(CommandError, match=words):
        promote(*arguments)
    assert not Promotion.objects.exists()


def test_a_failure_ends_it_with_the_reason(world: World, tmp_path: Path) -> None:
    make_grant(make_repository("acme/rel"), world.mia, Role.WRITER)
    digest = "sha256:" + "a" * 64
    Manifest.objects.create(repository=world.app, digest=digest)
    with (
        running_registry(tmp_path, world.east),
        pytest.raises(CommandError, match="is not there any more"),
    ):
        promote(f"acme/app@{digest}", "acme/rel:1.0", "--by", "mila", "--wait")


def test_where_approval_is_needed_it_does_not_wait_for_it(world: World) -> None:
    out = StringIO()
    call_command("registries", "stage", "east", "--approval", "yes", stdout=out)
    assert "A second person approves promotions." in out.getvalue()
    make_grant(make_repository("acme/rel"), world.mia, Role.WRITER)
    digest = "sha256:" + "a" * 64
    Manifest.objects.create(repository=world.app, digest=digest)
    said = promote(f"acme/app@{digest}", "acme/rel:1.0", "--by", "mila", "--wait")
    assert "Waits for a second person" in said
    assert Promotion.objects.get().state == PromotionState.WAITING
    call_command("registries", "stage", "east", "--approval", "no", stdout=out)
    assert not Registry.objects.get(name="east").needs_approval
