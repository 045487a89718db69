"""Images are copied whole, by digest, between real registries; once more copies nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from index.copying import Copier, CopyReport, copy_manifest
from index.copying.referrers import cosign_tags, fallback_tag
from index.errors import RegistryTrouble
from index.models import Registry
from index.registry_client import RegistryClient
from tests.e2e.lone_registry import LoneRegistry, running_registry
from tests.factories import SERVICE
from tests.index.pushing import FOREIGN_LAYER, Pusher

SOURCE, TARGET = "acme/sandbox/app", "acme/release/app"


@pytest.fixture(scope="module")
def registries(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[LoneRegistry, LoneRegistry]]:
    """Two registries for all tests of this module, which use names of their own."""
    folder = tmp_path_factory.mktemp("registries")
    foreign = "validation: {manifests: {urls: {allow: ['^http:']}}}"  # Windows' base layers
    with (
        running_registry(folder, _row("east"), more=foreign) as east,
        running_registry(folder, _row("west"), more=foreign) as west,
    ):
        yield east, west


def _row(name: str, url: str = "") -> Registry:
    return Registry(name=name, service=SERVICE, upstream_url=url)


class Ends:
    """A source in east, and targets in east and west."""

    def __init__(self, registries: tuple[LoneRegistry, LoneRegistry], name: str) -> None:
        """Name the repositories after the test, so that none sees another's."""
        self.east, self.west = registries
        suffix = name.removeprefix("test_").replace("_", "-")[:60].strip("-")
        self.source = RegistryClient(_row("east", self.east.url), f"{SOURCE}-{suffix}")
        self.beside = RegistryClient(_row("east", self.east.url), f"{TARGET}-{suffix}")
        self.target = RegistryClient(_row("west", self.west.url), f"{TARGET}-{suffix}")
        self.push = Pusher(self.source)

    def copy(self, digest: str, **options: object) -> CopyReport:
        """Copy from east to west."""
        return copy_manifest(self.source, self.target, digest, mount=False, **options)  # type: ignore[arg-type]

    def mount(self, digest: str, **options: object) -> CopyReport:
        """Copy within east."""
        return copy_manifest(self.source, self.beside, digest, mount=True, **options)  # type: ignore[arg-type]


@pytest.fixture
def ends(registries: tuple[LoneRegistry, LoneRegistry], request: pytest.FixtureRequest) -> Ends:
    """The two ends of a copy."""
    return Ends(registries, request.node.originalname or request.node.name)


def test_an_image_is_copied_byte_for_byte_and_tagged(ends: Ends) -> None:
    digest = ends.push.image(b"one", b"two" * 300_000)
    report = ends.copy(digest, tag="1.0")
    served = ends.source.served_manifest(digest)
    assert ends.target.served_manifest("1.0") == served
    assert (report.manifests, report.blobs_copied, report.bytes_mounted) == (1, 3, 0)
    assert report.bytes_copied == served.document.size if served else None
    assert report.tags == {"1.0": digest}


def test_once_more_copies_nothing(ends: Ends) -> None:
    digest = ends.push.index(ends.push.image(b"a"), ends.push.image(b"b"))
    ends.copy(digest, tag="1.0")
    again = ends.copy(digest, tag="1.0")
    assert (again.manifests, again.bytes_copied, again.blobs_copied) == (0, 0, 0)
    assert len(again.held) == 3
    assert again.tags == {"1.0": digest}


def test_within_a_registry_nothing_goes_through_us(ends: Ends) -> None:
    digest = ends.push.image(b"mounted" * 1000)
    report = ends.mount(digest, tag="1.0")
    assert (report.bytes_copied, report.blobs_copied, report.blobs_mounted) == (0, 0, 2)
    assert report.bytes_mounted > 7000
    assert ends.beside.digest_of("1.0") == digest


def test_a_registry_that_cannot_mount_gets_the_bytes(ends: Ends) -> None:
    digest = ends.push.image(b"not in the other registry")
    report = copy_manifest(ends.source, ends.target, digest, mount=True, tag="1.0")
    assert (report.blobs_copied, report.blobs_mounted) == (2, 0)
    assert ends.target.digest_of("1.0") == digest


def test_children_come_with_their_index_and_what_refers_to_them_too(ends: Ends) -> None:
    children = [ends.push.image(text, platform=f"linux/{text.decode()}") for text in (b"a", b"b")]
    inner = ends.push.index(*children)
    digest = ends.push.index(inner, children[0])
    sbom = ends.push.referrer(children[1], b"sbom of a child")
    signed = ends.push.signature(digest, b"signature")
    attested = ends.push.signature(children[0], b"attestation", suffix="att")
    report = ends.copy(digest, tag="1.0")
    for one in (*children, inner, digest, sbom, signed, attested):
        assert ends.target.has_manifest(one)
    assert report.referrers == 3
    assert ends.target.digest_of(cosign_tags(digest)[0]) == signed
    listed = ends.target.manifest(fallback_tag(children[1]))
    assert listed
    assert [item["digest"] for item in listed.children] == [sbom]


def test_the_signature_of_an_sbom_comes_with_it(ends: Ends) -> None:
    digest = ends.push.image(b"image")
    sbom = ends.push.referrer(digest, b"sbom")
    signature = ends.push.referrer(sbom, b"signature of it")
    ends.copy(digest)
    assert ends.target.has_manifest(signature)


def test_without_referrers_they_stay_where_they_are(ends: Ends) -> None:
    digest = ends.push.image(b"image")
    sbom = ends.push.referrer(digest, b"sbom")
    report = ends.copy(digest, with_referrers=False)
    assert report.referrers == 0
    assert not ends.target.has_manifest(sbom)


def test_what_the_target_says_of_the_image_stays(ends: Ends) -> None:
    digest = ends.push.image(b"image")
    theirs = ends.push.referrer(digest, b"sbom")
    ends.copy(digest, with_referrers=False)
    own = Pusher(ends.target).referrer(digest, b"approved here")
    Pusher(ends.target).signature(digest, b"signed here")
    ends.push.signature(digest, b"signed there")
    report = ends.copy(digest)
    listed = ends.target.manifest(fallback_tag(digest))
    assert listed
    assert [item["digest"] for item in listed.children] == [own, theirs]
    assert report.left_alone == [cosign_tags(digest)[0]]


def test_more_signatures_take_the_place_of_fewer(ends: Ends) -> None:
    digest = ends.push.image(b"image")
    ends.push.signature(digest, b"first")
    ends.copy(digest)
    both = ends.push.signature(digest, b"first", b"second")
    assert ends.copy(digest).left_alone == []
    assert ends.target.digest_of(cosign_tags(digest)[0]) == both


def test_but_not_where_tags_never_change(ends: Ends) -> None:
    digest = ends.push.image(b"image")
    first = ends.push.signature(digest, b"first")
    ends.copy(digest)
    ends.push.signature(digest, b"first", b"second")
    copier = Copier(ends.source, ends.target, mount=False, keeps_tag=lambda _tag: True)
    assert copier.copy(digest).left_alone == [cosign_tags(digest)[0]]
    assert ends.target.digest_of(cosign_tags(digest)[0]) == first


def test_what_is_listed_as_a_referrer_and_is_none_is_not_copied(ends: Ends) -> None:
    digest = ends.push.image(b"image")
    other = ends.push.image(b"something large that nobody asked for")
    ends.push.list_referrer(digest, other)
    report = ends.copy(digest)
    assert report.referrers == 0
    assert not ends.target.has_manifest(other)
    assert ends.target.digest_of(fallback_tag(digest)) is None


def test_foreign_layers_are_fetched_from_nowhere(ends: Ends) -> None:
    foreign = {
        "mediaType": FOREIGN_LAYER,
        "digest": "sha256:" + "0" * 64,
        "size": 99,
        "urls": ["http://127.0.0.1:9/layer"],
    }
    document = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": ends.push.blob("application/vnd.docker.container.image.v1+json", b"{}"),
        "layers": [foreign],
    }
    digest = ends.push.manifest(document)
    assert ends.copy(digest, tag="windows").blobs_copied == 1
    assert ends.target.digest_of("windows") == digest


def test_an_image_that_is_gone_is_trouble(ends: Ends) -> None:
    with pytest.raises(RegistryTrouble, match="is not there any more"):
        ends.copy("sha256:" + "1" * 64, tag="1.0")
    assert ends.target.tags() == []


def test_a_child_that_is_gone_is_trouble_or_left_out(ends: Ends) -> None:
    child = ends.push.image(b"child")
    digest = ends.push.index(child, tag="1.0")
    ends.source.delete_manifest(child)
    with pytest.raises(RegistryTrouble, match=f"{child} is not there any more"):
        ends.copy(digest, tag="1.0")
    copier = Copier(ends.source, ends.target, mount=False, is_sparse_fine=True)
    with pytest.raises(RegistryTrouble, match="MANIFEST_BLOB_UNKNOWN"):  # distribution wants all
        copier.copy(digest, tag="1.0")
    assert ends.target.tags() == []


def test_a_layer_that_rotted_is_not_copied(ends: Ends) -> None:
    digest = ends.push.image(b"good layer" * 100_000)
    layer = ends.source.manifest(digest)
    assert layer
    [_, blob] = layer.blobs
    [hexadecimal] = [blob.removeprefix("sha256:")]
    data = ends.east.storage / "blobs" / "sha256" / hexadecimal[:2] / hexadecimal / "data"
    content = data.read_bytes()
    data.write_bytes(b"bad!" + content[4:])
    with pytest.raises(RegistryTrouble, match="is something else"):
        ends.copy(digest, tag="1.0")
    assert not ends.target.has_blob(blob)
    assert not ends.target.has_manifest(digest)


def test_a_stopped_registry_is_trouble_and_then_only_what_is_missing_is_copied(
    ends: Ends,
) -> None:
    digest = ends.push.index(*(ends.push.image(os.urandom(400_000)) for _ in range(3)))

    def stop_half_way(report: CopyReport) -> None:
        if report.manifests == 1 and ends.west.is_running:
            ends.west.kill()

    copier = Copier(ends.source, ends.target, mount=False, on_progress=stop_half_way)
    with pytest.raises(RegistryTrouble, match="registry west: ConnectionError"):
        copier.copy(digest, tag="1.0")
    ends.west.start()
    assert ends.target.tags() == []
    again = ends.copy(digest, tag="1.0")
    assert (again.manifests, again.blobs_copied) == (3, 2)
    assert ends.target.digest_of("1.0") == digest


def test_whatever_progress_raises_ends_the_copying(ends: Ends) -> None:
    class Enough(Exception):
        """Somebody dropped it."""

    def refuse(_report: CopyReport) -> None:
        raise Enough

    digest = ends.push.image(b"layer")
    with pytest.raises(Enough):
        Copier(ends.source, ends.target, mount=False, on_progress=refuse).copy(digest, tag="1.0")
    assert ends.target.tags() == []
