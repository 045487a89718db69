"""What a registry can do to a copy: every fault ends it in one sentence, and no tag is put."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest

from index import registry_connection
from index.copying import blobs, copy_manifest, graph
from index.errors import ContentUnusable, RegistryTrouble
from index.models import Registry
from index.registry_client import RegistryClient
from tests.factories import SERVICE
from tests.index.faulty_registry import LAYER_BYTES, NAME, FaultyRegistry, start_faulty
from tests.registry_stub import IMAGE, INDEX


@pytest.fixture
def source() -> Iterator[FaultyRegistry]:
    """Where the image is."""
    with start_faulty() as registry:
        yield registry


@pytest.fixture
def target() -> Iterator[FaultyRegistry]:
    """Where it is to go."""
    with start_faulty() as registry:
        yield registry


def copy(source: FaultyRegistry, target: FaultyRegistry, digest: str) -> None:
    here = Registry(name="from", service=SERVICE, upstream_url=source.url)
    there = Registry(name="to", service=SERVICE, upstream_url=target.url)
    copy_manifest(
        RegistryClient(here, NAME), RegistryClient(there, NAME), digest, mount=False, tag="1.0"
    )


def on(method: str, part: str, fault: str) -> Callable[[str, str], str]:
    """Return what does this to each request of that method whose path has that part."""
    return lambda asked, path: fault if asked == method and part in path else ""


def test_without_a_fault_it_is_copied(source: FaultyRegistry, target: FaultyRegistry) -> None:
    copy(source, target, source.add_image())
    assert target.tags() == ["1.0"]
    assert target.blobs.keys() == source.blobs.keys()


@pytest.mark.parametrize("fault", ["500", "429", "401", "reset", "503"])
@pytest.mark.parametrize(
    ("end", "method", "part"),
    [
        ("from", "GET", "/manifests/"),
        ("from", "GET", "/blobs/"),
        ("to", "HEAD", "/blobs/"),
        ("to", "POST", "/uploads/"),
        ("to", "PUT", "/uploads/"),
        ("to", "PUT", "/manifests/sha256"),
        ("to", "PUT", "/manifests/1.0"),
    ],
)
def test_any_fault_is_trouble_and_puts_no_tag(
    source: FaultyRegistry,
    target: FaultyRegistry,
    fault: str,
    end: str,
    method: str,
    part: str,
) -> None:
    digest = source.add_image()
    {"from": source, "to": target}[end].fault = on(method, part, fault)
    with pytest.raises(RegistryTrouble, match=f"^registry {end}: "):
        copy(source, target, digest)
    assert target.tags() == []
    source.fault = target.fault = on("", "", "")
    copy(source, target, digest)
    assert target.tags() == ["1.0"]


def test_a_connection_that_breaks_half_way_through_a_layer(
    source: FaultyRegistry, target: FaultyRegistry
) -> None:
    source.fault = on("GET", "/blobs/", "half")
    with pytest.raises(RegistryTrouble, match=r"registry from: .*half-way through a blob"):
        copy(source, target, source.add_image())
    assert target.manifests == {}


def test_a_layer_that_is_another_is_never_sent_whole(
    source: FaultyRegistry, target: FaultyRegistry
) -> None:
    source.fault = on("GET", "/blobs/", "lie")
    with pytest.raises(ContentUnusable, match="is something else"):
        copy(source, target, source.add_image())
    assert target.manifests == {}


def test_a_manifest_that_is_another(source: FaultyRegistry, target: FaultyRegistry) -> None:
    digest = source.add_manifest({"mediaType": IMAGE}, as_digest="sha256:" + "a" * 64)
    with pytest.raises(ContentUnusable, match="is something else"):
        copy(source, target, digest)


def test_a_registry_that_says_nothing_is_waited_for_so_long(
    source: FaultyRegistry, target: FaultyRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = threading.Event()
    source.fault = lambda _method, _path: str(silent.wait(5)) and ""
    monkeypatch.setattr(registry_connection, "_TIMEOUT", (0.2, 0.2))
    with pytest.raises(RegistryTrouble, match=r"registry from: .*Timeout"):
        copy(source, target, source.add_image())
    silent.set()


def test_a_layer_that_drips_is_given_up(
    source: FaultyRegistry, target: FaultyRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "_LONGEST", -100.0)
    with pytest.raises(RegistryTrouble, match="too slowly"):
        copy(source, target, source.add_image())


# --- where credentials go ------------------------------------------------------------------------


def test_blobs_in_a_store_that_nobody_named_are_not_fetched(
    source: FaultyRegistry, target: FaultyRegistry
) -> None:
    source.elsewhere = f"{target.url}/secret"
    source.fault = on("GET", "/blobs/", "redirect")
    with pytest.raises(RegistryTrouble, match="WAYBILL_STORAGE_HOSTS"):
        copy(source, target, source.add_image())
    assert all(path != "/secret" for _, path, _ in target.asked)


def test_from_one_that_was_named_they_are_and_without_credentials(
    source: FaultyRegistry, target: FaultyRegistry, settings: Any
) -> None:
    with start_faulty() as store:
        digest = source.add_image()
        store.blobs = dict(source.blobs)
        settings.STORAGE_HOSTS = frozenset({store.url.removeprefix("http://")})
        source.fault = on("GET", "/blobs/", "redirect")
        [layer] = [one for one in source.blobs if source.blobs[one] == LAYER_BYTES]
        source.elsewhere = f"{store.url}/v2/{NAME}/blobs/{layer}"
        with pytest.raises(ContentUnusable):  # the config is redirected to the layer as well
            copy(source, target, digest)
        assert {header for _, _, header in store.asked} == {""}


def test_a_redirect_of_a_redirect_is_not_followed(
    source: FaultyRegistry, target: FaultyRegistry, settings: Any
) -> None:
    settings.STORAGE_HOSTS = frozenset({source.url.removeprefix("http://")})
    source.elsewhere = f"{source.url}/v2/{NAME}/blobs/again"
    source.fault = on("GET", "/blobs/", "redirect")
    with pytest.raises(RegistryTrouble, match="307"):
        copy(source, target, source.add_image())


def test_manifests_are_never_redirected(source: FaultyRegistry, target: FaultyRegistry) -> None:
    source.elsewhere = f"{target.url}/secret"
    source.fault = on("GET", "/manifests/", "redirect")
    with pytest.raises(RegistryTrouble, match="307"):
        copy(source, target, source.add_image())
    assert all(path != "/secret" for _, path, _ in target.asked)


def test_an_upload_stays_where_the_registry_is_whatever_it_says(
    source: FaultyRegistry, target: FaultyRegistry
) -> None:
    with start_faulty() as other:
        target.location = f"{other.url}/v2/{NAME}/blobs/uploads/1?_state=x"
        copy(source, target, source.add_image())
        assert other.asked == []
        assert target.tags() == ["1.0"]


@pytest.mark.parametrize("place", ["/etc/passwd", f"/v2/{NAME}/blobs/uploads/../../x", "//evil"])
def test_an_upload_anywhere_else_is_trouble(
    source: FaultyRegistry, target: FaultyRegistry, place: str
) -> None:
    target.location = place
    with pytest.raises(RegistryTrouble, match="did not say where"):
        copy(source, target, source.add_image())


def test_tokens_carry_what_a_request_needs_and_no_more(
    source: FaultyRegistry, target: FaultyRegistry
) -> None:
    copy(source, target, source.add_image())
    assert {actions for _, actions in granted(source)} == {("pull",)}
    assert set(granted(target)) == {
        ("HEAD", ("pull",)), ("GET", ("pull",)), ("POST", ("pull", "push")),
        ("PUT", ("pull", "push")),
    }  # fmt: skip


def granted(registry: FaultyRegistry) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for method, _, header in registry.asked:
        claims = jwt.decode(header.removeprefix("Bearer "), options={"verify_signature": False})
        [access] = claims["access"]
        assert access["name"] == NAME
        found.append((method, tuple(access["actions"])))
    return found


# --- graphs that mean harm -----------------------------------------------------------------------


def descriptor(digest: str) -> dict[str, object]:
    return {"mediaType": INDEX, "digest": digest, "size": 1}


def test_a_tower_of_indexes_ends(source: FaultyRegistry, target: FaultyRegistry) -> None:
    digest = source.add_image()
    for _ in range(6):
        document = {"mediaType": INDEX, "manifests": [descriptor(digest)]}
        digest = source.add_manifest(document, INDEX)
    with pytest.raises(ContentUnusable, match="nested too deeply"):
        copy(source, target, digest)
    assert target.manifests == {}


def test_a_fan_of_indexes_ends(
    source: FaultyRegistry, target: FaultyRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "_MOST_MANIFESTS", 20)
    leaves = [source.add_manifest({"mediaType": IMAGE, "n": n}) for n in range(30)]
    document = {"mediaType": INDEX, "manifests": [descriptor(leaf) for leaf in leaves]}
    with pytest.raises(ContentUnusable, match="too many manifests"):
        copy(source, target, source.add_manifest(document, INDEX))
    assert target.tags() == []


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"mediaType": INDEX, "layers": []}, IMAGE),  # CVE-2021-41190
        ({"schemaVersion": 1}, "application/vnd.docker.distribution.manifest.v1+prettyjws"),
        ({"mediaType": IMAGE, "layers": "none"}, IMAGE),
        ({"mediaType": IMAGE, "layers": [{"digest": "sha256:../../x"}]}, IMAGE),
        ({"mediaType": IMAGE, "layers": [{"digest": "blake3:" + "a" * 64}]}, IMAGE),
        ({"mediaType": IMAGE, "config": None}, IMAGE),
        ({"mediaType": INDEX, "manifests": [None]}, INDEX),
        ([], IMAGE),
    ],
)
def test_what_two_would_read_in_two_ways_is_not_copied(
    source: FaultyRegistry, target: FaultyRegistry, document: object, kind: str
) -> None:
    digest = source.add_manifest(document, kind)
    with pytest.raises(RegistryTrouble):
        copy(source, target, digest)
    assert target.manifests == {}
