"""Pointing a tag back: the same bytes under the tag, and nothing where it is not allowed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.audit import AuditAction
from accounts.models import AuditEvent, User
from accounts.principals import Principal
from index.errors import Denied, IndexRefusal, ManifestGone, RegistrySilent, TagIsImmutable
from index.flows.restore_tag import restore_tag
from index.models import (
    Activity,
    ActivityKind,
    Manifest,
    RepositoryMode,
    Tag,
    TagChange,
    Writers,
)
from tests.conftest import World
from tests.registry_stub import RegistryStub

NAME = "acme/app"


@pytest.fixture
def digests(world: World, stub: RegistryStub) -> tuple[str, str]:
    """Push an old image under the tag, and then a new one; return both digests."""
    old = stub.push_image(NAME, "latest", layer=b"old")
    new = stub.push_image(NAME, "latest", layer=b"new")
    for digest in (old, new):
        Manifest.objects.create(repository=world.app, digest=digest)
    at = timezone.now() - timedelta(hours=1)
    row = Manifest.objects.get(digest=new)
    Tag.objects.create(repository=world.app, name="latest", manifest=row, pushed_at=at)
    world.app.refresh_from_db()  # it is kept where the stub listens
    return old, new


def pointed_to(stub: RegistryStub) -> tuple[str, str]:
    """Where the tag points, in the registry and here."""
    return stub.tags[NAME]["latest"], Tag.objects.get(name="latest").manifest.digest


def test_a_tag_points_back_in_the_registry_and_here(
    world: World, stub: RegistryStub, digests: tuple[str, str]
) -> None:
    old, new = digests
    restore_tag(world.app, "latest", digest=old, by=Principal(world.mia))
    assert pointed_to(stub) == (old, old)
    change = TagChange.objects.get()
    assert (change.kind, change.digest, change.actor_name) == ("restored", old, "mila")
    event = AuditEvent.objects.get(action=AuditAction.TAG_POINTED_BACK)
    assert (event.target, event.details) == ("acme/app:latest", {"before": new, "after": old})
    assert Activity.objects.get().kind == ActivityKind.TAG_RESTORED
    assert Tag.objects.get().pushed_by == world.mia


def refused(
    world: World, stub: RegistryStub, digest: str, by: User, *, error: type[IndexRefusal]
) -> None:
    """Try it; nothing may have changed."""
    before = pointed_to(stub)
    with pytest.raises(error):
        restore_tag(world.app, "latest", digest=digest, by=Principal(by))
    assert pointed_to(stub) == before
    assert not TagChange.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("who", ["rita", "bob"])
def test_who_may_not_push_points_nothing_back(
    world: World, stub: RegistryStub, digests: tuple[str, str], who: str
) -> None:
    person = world.person(who)
    assert person
    refused(world, stub, digests[0], person, error=Denied)


@pytest.mark.parametrize("mode", [RepositoryMode.ARCHIVED, RepositoryMode.READ_ONLY])
def test_a_closed_repository_stays_as_it_is(
    world: World, stub: RegistryStub, digests: tuple[str, str], mode: RepositoryMode
) -> None:
    world.app.mode = mode
    world.app.save()
    refused(world, stub, digests[0], world.olga, error=Denied)


def test_people_write_nothing_where_build_servers_alone_do(
    world: World, stub: RegistryStub, digests: tuple[str, str]
) -> None:
    world.east.writers = Writers.BUILDERS
    world.east.save()
    world.app.refresh_from_db()
    refused(world, stub, digests[0], world.olga, error=Denied)


def test_an_immutable_tag_is_not_moved(
    world: World, stub: RegistryStub, digests: tuple[str, str]
) -> None:
    world.app.immutable_tags = ["lat*"]
    world.app.save()
    refused(world, stub, digests[0], world.olga, error=TagIsImmutable)


@pytest.mark.parametrize("whose", ["app", "east"])
def test_while_writes_are_held_nothing_is_written(
    world: World, stub: RegistryStub, digests: tuple[str, str], whose: str
) -> None:
    held = getattr(world, whose)
    held.writes_held_until = timezone.now() + timedelta(minutes=1)
    held.save()
    world.app.refresh_from_db()
    refused(world, stub, digests[0], world.olga, error=RegistrySilent)


def test_what_the_registry_lost_cannot_be_pointed_to(
    world: World, stub: RegistryStub, digests: tuple[str, str]
) -> None:
    del stub.manifests[NAME][digests[0]]
    refused(world, stub, digests[0], world.olga, error=ManifestGone)


@pytest.mark.parametrize("faults", [["500"], ["", "500"], ["reset"], ["", "reset"]])
def test_a_registry_in_trouble_changes_nothing_here(
    world: World, stub: RegistryStub, digests: tuple[str, str], faults: list[str]
) -> None:
    stub.faults = faults
    refused(world, stub, digests[0], world.olga, error=RegistrySilent)


@pytest.mark.parametrize(
    "digest", ["", "latest", "sha256:0", "../../x", "sha256:" + "0" * 63 + "\n"]
)
def test_what_is_no_digest_is_refused_before_the_registry_is_asked(
    world: World, stub: RegistryStub, digests: tuple[str, str], digest: str
) -> None:
    asked = len(stub.requests)
    refused(world, stub, digest, world.olga, error=IndexRefusal)
    assert len(stub.requests) == asked


def test_the_digest_of_another_repository_is_not_found(
    world: World, stub: RegistryStub, digests: tuple[str, str]
) -> None:
    foreign = stub.push_image("alice/priv", "latest", layer=b"secret")
    refused(world, stub, foreign, world.olga, error=ManifestGone)


def test_a_push_that_came_later_is_not_undone_here(
    world: World, stub: RegistryStub, digests: tuple[str, str]
) -> None:
    Tag.objects.update(pushed_at=timezone.now() + timedelta(seconds=30))
    restore_tag(world.app, "latest", digest=digests[0], by=Principal(world.mia))
    assert Tag.objects.get().manifest.digest == digests[1]


def test_a_tag_that_was_taken_off_comes_back(
    world: World, stub: RegistryStub, digests: tuple[str, str]
) -> None:
    Tag.objects.all().delete()
    del stub.tags[NAME]["latest"]
    restore_tag(world.app, "latest", digest=digests[0], by=Principal(world.mia))
    assert pointed_to(stub) == (digests[0], digests[0])
