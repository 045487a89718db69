"""Our client holds out against a registry that means harm."""

from __future__ import annotations

import pytest

from index import registry_client, registry_connection
from index.errors import RegistryTrouble
from index.flows.receive_notification import describe_if_reachable
from index.models import KeyFormat, Manifest
from index.registry_client import RegistryClient
from tests.conftest import World
from tests.registry_stub import RegistryStub
from tokenauth.signing.keys import signing_keys

NAME = "alice/priv"


@pytest.fixture
def client(world: World, stub: RegistryStub) -> RegistryClient:
    """A client for one repository."""
    return RegistryClient(world.east, NAME)


def test_a_list_of_tags_without_end_is_trouble(
    client: RegistryClient, stub: RegistryStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_client, "_MOST_PAGES", 5)
    stub.push_image(NAME, "latest")
    stub.next_page = f"/v2/{NAME}/tags/list?last=latest"
    with pytest.raises(RegistryTrouble, match="no end"):
        client.tags()


def test_a_next_page_elsewhere_is_not_followed(client: RegistryClient, stub: RegistryStub) -> None:
    stub.push_image(NAME, "latest")
    stub.next_page = "http://127.0.0.1:9/v2/x/tags/list"
    assert client.tags() == ["latest"]


def test_a_blob_above_the_cap_counts_as_no_json(
    client: RegistryClient, stub: RegistryStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_connection, "_LARGEST_ANSWER", 100)
    digest = stub.push_blob(NAME, b"{}" + b" " * 200)
    assert client.json_blob(digest) == {}


def test_an_answer_that_never_ends_is_cut_off(
    client: RegistryClient, stub: RegistryStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_connection, "_LONGEST_ANSWER", -1)
    digest = stub.push_image(NAME, "latest")
    with pytest.raises(RegistryTrouble, match="Timeout"):
        client.manifest(digest)


def test_credentials_are_for_one_repository_and_a_minute(
    client: RegistryClient, stub: RegistryStub
) -> None:
    import jwt

    client.tags()
    token = stub.requests[0][1].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["access"] == [{"type": "repository", "name": NAME, "actions": ["pull"]}]
    assert claims["exp"] - claims["iat"] == 60


def test_tokens_name_their_key_as_the_registry_wants_it(world: World, stub: RegistryStub) -> None:
    import jwt

    world.east.key_format = KeyFormat.LIBTRUST
    RegistryClient(world.east, NAME).tags()
    header = jwt.get_unverified_header(stub.requests[0][1].removeprefix("Bearer "))
    assert header["kid"] == signing_keys.current().libtrust_kid
    assert "x5c" not in header


def test_a_manifest_that_cannot_be_described_is_tried_ever_more_rarely(
    world: World, stub: RegistryStub
) -> None:
    row = Manifest.objects.create(repository=world.private, digest=stub.push_image(NAME, "latest"))
    pauses = []
    for _ in range(3):
        stub.faults = ["500"]
        manifest = Manifest.objects.get(pk=row.pk)
        describe_if_reachable(manifest)
        after = Manifest.objects.get(pk=row.pk)
        pauses.append(after.describe_after - manifest.describe_after)
    assert Manifest.objects.get(pk=row.pk).describe_attempts == 3
    assert pauses[0] < pauses[2]


def test_a_manifest_that_is_gone_is_not_asked_for_again(world: World, stub: RegistryStub) -> None:
    row = Manifest.objects.create(repository=world.private, digest="sha256:" + "0" * 64)
    describe_if_reachable(Manifest.objects.get(pk=row.pk))
    assert Manifest.objects.get(pk=row.pk).described_at


def test_a_client_whose_time_is_up_asks_nothing(world: World, stub: RegistryStub) -> None:
    with pytest.raises(RegistryTrouble, match="Timeout"):
        RegistryClient(world.east, NAME, seconds=0).has_manifest("latest")
    assert stub.requests == []
