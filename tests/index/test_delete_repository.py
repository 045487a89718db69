"""Deletion: closed at once, emptied, proven empty; and nothing of others is touched (case 38)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.principals import Principal
from index.errors import Denied, NameTaken
from index.flows.create_repository import create_repository
from index.flows.delete_repository import claim, continue_deletion, request_deletion
from index.flows.describe_manifest import describe_manifest
from index.models import BlobLink, Deletion, Manifest, Repository, RepositoryState
from index.names import parse_repository_name
from tests.clients import get_token, granted
from tests.conftest import World
from tests.registry_stub import RegistryStub, serve

NAME = "acme/app"


@pytest.fixture
def stub(world: World) -> Iterator[RegistryStub]:
    """East, with acme/app: three tags on two images, an index, an untagged image, loose blobs."""
    with serve(RegistryStub()) as stub:
        stub.push_image(NAME, "one", "two")
        children = [stub.push_image(NAME, layer=b"a"), stub.push_image(NAME, layer=b"b")]
        stub.push_index(NAME, "multi", children)
        untagged = stub.push_image(NAME, layer=b"overwritten")
        loose = stub.push_blob(NAME, b"loose")
        stub.push_image("alice/priv", "latest")  # shares every byte of its layer with acme/app
        Manifest.objects.create(repository=world.app, digest=untagged)
        BlobLink.objects.create(repository=world.app, digest=loose)
        world.east.upstream_url = stub.url
        world.east.save()
        yield stub


def begin(world: World) -> Deletion:
    """Let olga, the owner, delete acme/app."""
    deletion = request_deletion(world.app, by=Principal(world.olga), at_once=True)
    claimed = claim(deletion.pk)
    assert claimed
    return claimed


def state() -> str:
    """Return the repository's state."""
    return Repository.objects.get(name=NAME).state


def test_everything_goes_and_only_then_it_is_called_deleted(
    world: World, stub: RegistryStub
) -> None:
    continue_deletion(begin(world))
    assert state() == RepositoryState.DELETED
    assert [len(held[NAME]) for held in (stub.manifests, stub.blobs, stub.tags)] == [0, 0, 0]


def test_nothing_of_another_repository_is_touched(world: World, stub: RegistryStub) -> None:
    continue_deletion(begin(world))
    assert len(stub.manifests["alice/priv"]) == 1
    assert len(stub.blobs["alice/priv"]) == 2


def test_tokens_stop_with_the_request(world: World, client: Client) -> None:
    request_deletion(world.app, by=Principal(world.olga), at_once=True)
    response = get_token(client, f"repository:{NAME}:pull,push,delete", user=world.mia)
    assert granted(response) == {}


@pytest.mark.parametrize("who", ["mia", "rita", "bob"])
def test_only_those_who_may_administer_delete(world: World, who: str) -> None:
    user = world.person(who)
    assert isinstance(user, User)
    with pytest.raises(Denied):
        request_deletion(world.app, by=Principal(user))
    assert state() == RepositoryState.ACTIVE


@pytest.mark.parametrize("fault", ["500", "429", "401", "405", "html", "reset", "redirect"])
@pytest.mark.parametrize("position", [0, 3, 9])
def test_a_registry_in_trouble_delays_and_loses_nothing(
    world: World, stub: RegistryStub, fault: str, position: int
) -> None:
    with serve(RegistryStub()) as elsewhere:
        stub.elsewhere = f"{elsewhere.url}/v2/"
        stub.faults = [""] * position + [fault]
        deletion = begin(world)
        continue_deletion(deletion)
        assert elsewhere.requests == []
    if fault == "html" and state() == RepositoryState.DELETED:
        return  # an answer without a body that matters: HEAD and DELETE
    assert state() == RepositoryState.DELETING
    assert deletion.last_problem
    continue_deletion(deletion)
    assert state() == RepositoryState.DELETED


def test_what_is_still_there_is_not_called_deleted(
    world: World, stub: RegistryStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "index.registry_client.RegistryClient.delete_blob_link", lambda *_args: None
    )
    deletion = begin(world)
    continue_deletion(deletion)
    assert state() == RepositoryState.DELETING
    assert "still there" in deletion.last_problem


def test_one_worker_at_a_time(world: World) -> None:
    deletion = request_deletion(world.app, by=Principal(world.olga), at_once=True)
    assert claim(deletion.pk)
    assert claim(deletion.pk) is None


def test_the_name_is_blocked_while_it_is_being_deleted(world: World) -> None:
    request_deletion(world.app, by=Principal(world.olga), at_once=True)
    with pytest.raises(NameTaken):
        create_repository(parse_repository_name(NAME), by=Principal(world.olga))


def test_the_name_rests_and_is_free_again(world: World, stub: RegistryStub) -> None:
    continue_deletion(begin(world))
    name = parse_repository_name(NAME)
    with pytest.raises(NameTaken):
        create_repository(name, by=Principal(world.olga))
    with time_machine.travel(timezone.now() + timedelta(minutes=8)):
        assert create_repository(name, by=Principal(world.olga)).pk != world.app.pk


def test_a_pushed_manifest_is_described_by_what_the_registry_holds(
    world: World, stub: RegistryStub
) -> None:
    digest = stub.tags[NAME]["one"]
    manifest = described(digest)
    assert manifest.platform == "linux/amd64"
    assert manifest.size == sum(len(stub.blobs[NAME][d]) for d in _blobs_of(stub, digest))


def test_an_index_names_its_children(world: World, stub: RegistryStub) -> None:
    manifest = described(stub.tags[NAME]["multi"])
    assert manifest.is_index
    assert Manifest.objects.filter(digest__in=[c["digest"] for c in manifest.children]).count() == 2


def described(digest: str) -> Manifest:
    """Let the index ask the registry about a manifest of acme/app."""
    repository = Repository.objects.get(name=NAME)
    manifest = Manifest.objects.create(repository=repository, digest=digest)
    describe_manifest(manifest)
    return manifest


def _blobs_of(stub: RegistryStub, digest: str) -> list[str]:
    import json

    document = json.loads(stub.manifests[NAME][digest][1])
    return [document["config"]["digest"], *[layer["digest"] for layer in document["layers"]]]
