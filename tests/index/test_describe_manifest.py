"""What is kept of a manifest when it is described."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from index import registry_connection
from index.flows.describe_manifest import describe_manifest
from index.manifest_facts import ManifestFacts
from index.models import ContentState, IndexEntry, Manifest, ManifestContent, Repository
from index.tasks import read_old_manifests, sweep_manifests
from tests.conftest import World
from tests.registry_stub import CONFIG, IMAGE, INDEX, RegistryStub

NAME = "alice/priv"


def describe(repository: Repository, digest: str) -> Manifest:
    """Describe the manifest, as after a push."""
    row, _ = Manifest.objects.get_or_create(repository=repository, digest=digest)
    describe_manifest(Manifest.objects.get(pk=row.pk))
    return Manifest.objects.get(pk=row.pk)


def test_the_documents_are_kept_as_they_came(world: World, stub: RegistryStub) -> None:
    digest = stub.push_image(NAME, "latest")
    manifest = describe(world.private, digest)
    content = ManifestContent.objects.get(manifest=manifest)
    assert manifest.contents == ContentState.KEPT
    assert bytes(content.document) == stub.manifests[NAME][digest][1]
    assert json.loads(bytes(content.config))["architecture"] == "amd64"


def test_describing_twice_is_describing_once(world: World, stub: RegistryStub) -> None:
    digest = stub.push_index(NAME, "multi", [stub.push_image(NAME)])
    for _ in range(2):
        describe(world.private, digest)
    assert IndexEntry.objects.count() == ManifestContent.objects.count() == 1


@pytest.mark.parametrize("first", ["image", "index"])
def test_an_index_is_as_large_as_its_largest_image_whoever_is_described_first(
    world: World, stub: RegistryStub, first: str
) -> None:
    images = [stub.push_image(NAME, layer=b"x" * size) for size in (10, 1_000)]
    index = stub.push_index(NAME, "multi", images)
    digests = [*images, index] if first == "image" else [index, *images]
    for digest in digests:
        describe(world.private, digest)
    largest = Manifest.objects.get(digest=images[1]).size
    assert Manifest.objects.get(digest=index).largest == largest


def test_an_artifact_says_what_it_is_about(world: World, stub: RegistryStub) -> None:
    image = stub.push_image(NAME, "latest")
    document = {
        "mediaType": IMAGE,
        "artifactType": "application/spdx+json",
        "subject": {"mediaType": IMAGE, "digest": image, "size": 1},
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": image, "size": 2},
        "layers": [],
    }
    sbom = describe(world.private, stub._push_manifest(NAME, IMAGE, document, ()))
    assert (sbom.subject, sbom.artifact_type) == (image, "application/spdx+json")
    facts = ManifestFacts(describe(world.private, image))
    assert [(one.digest, one.kinds) for one in facts.referrers] == [(sbom.digest, ["SBOM (SPDX)"])]
    assert ManifestFacts(sbom).subject == image


def test_what_is_too_large_is_not_kept_and_says_so(
    world: World, stub: RegistryStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = stub.push_image(NAME, "latest")
    monkeypatch.setattr(registry_connection, "_LARGEST_ANSWER", 100)
    manifest = describe(world.private, digest)
    assert manifest.contents == ContentState.TOO_LARGE
    assert not ManifestContent.objects.exists()


def test_a_config_that_is_too_large_is_left_out(
    world: World, stub: RegistryStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = json.dumps({"os": "linux", "architecture": "arm64", "pad": "x" * 5_000}).encode()
    descriptor = stub._descriptor(NAME, CONFIG, config)
    document = {"mediaType": IMAGE, "config": descriptor, "layers": []}
    digest = stub._push_manifest(NAME, IMAGE, document, ())
    monkeypatch.setattr(registry_connection, "_LARGEST_ANSWER", 2_000)
    manifest = describe(world.private, digest)
    assert manifest.contents == ContentState.TOO_LARGE
    assert bytes(ManifestContent.objects.get().document)
    assert bytes(ManifestContent.objects.get().config) == b""


def test_a_config_of_other_bytes_is_not_believed(world: World, stub: RegistryStub) -> None:
    digest = stub.push_image(NAME, "latest")
    config = json.loads(stub.manifests[NAME][digest][1])["config"]["digest"]
    stub.blobs[NAME][config] = b'{"os": "linux", "architecture": "forged"}'
    manifest = describe(world.private, digest)
    assert bytes(ManifestContent.objects.get().config) == b""
    assert manifest.platform == ""


def test_what_is_gone_is_known_to_be_gone(world: World, stub: RegistryStub) -> None:
    assert describe(world.private, f"sha256:{'0' * 64}").contents == ContentState.GONE


def test_a_document_of_another_type_is_no_index(world: World, stub: RegistryStub) -> None:
    """The same bytes as image and as index (CVE-2021-41190)."""
    document = {"mediaType": IMAGE, "manifests": [{"digest": f"sha256:{'1' * 64}", "size": 1}]}
    manifest = describe(world.private, stub._push_manifest(NAME, INDEX, document, ()))
    assert not manifest.is_index
    assert not IndexEntry.objects.exists()


def test_beat_reads_what_was_described_before_documents_were_kept(
    world: World, stub: RegistryStub
) -> None:
    digest = stub.push_image(NAME, "latest")
    now = timezone.now()
    Manifest.objects.create(repository=world.private, digest=digest, described_at=now)
    for _ in range(2):
        read_old_manifests()
    assert Manifest.objects.get().contents == ContentState.KEPT
    assert len([verb for verb, _ in stub.requests if verb == "GET"]) == 2  # manifest and config


def test_the_images_of_an_index_are_described_though_no_tag_points_to_them(
    world: World, stub: RegistryStub
) -> None:
    index = stub.push_index(NAME, "multi", [stub.push_image(NAME)])
    describe(world.private, index)
    sweep_manifests()
    assert not Manifest.objects.filter(described_at=None).exists()
