"""The demo's images are what registries and docker take for images."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from typing import Any

import pytest

from config.demo.images import (
    AMD64,
    ARM64,
    ARM_V7,
    DOCKER,
    OCI,
    Dialect,
    Image,
    Layer,
    Step,
    make_image,
    make_image_index,
    make_layer,
)
from index.manifests import ManifestDocument

FILES = {"etc/motd": "hello\n", "usr/bin/hello": "#!/bin/sh\n"}


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def an_image(dialect: Dialect = OCI, *layers: Layer) -> Image:
    chosen = layers or (make_layer(FILES),)
    steps = [Step("COPY . /", layer) for layer in chosen]
    return make_image(steps, command=["/usr/bin/hello"], labels={}, dialect=dialect)


def document(image: Image) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(image.manifest.content)
    return read


def config_of(image: Image) -> dict[str, Any]:
    wanted = document(image)["config"]["digest"]
    [content] = [blob.content for blob in image.blobs if blob.digest == wanted]
    read: dict[str, Any] = json.loads(content)
    return read


def test_a_layer_is_a_gzipped_tar_of_its_files() -> None:
    layer = make_layer(FILES)
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(layer.blob.content))) as archive:
        assert archive.getnames() == sorted(FILES)
        assert archive.getmember("usr/bin/hello").mode == 0o755


def test_a_layer_is_the_same_every_time() -> None:
    assert make_layer(FILES, filler=1000, seed="a") == make_layer(FILES, filler=1000, seed="a")


def test_filler_does_not_compress() -> None:
    assert len(make_layer(FILES, filler=50_000, seed="a").blob.content) > 50_000


def test_digest_and_diff_id_are_those_of_the_compressed_and_the_plain_tar() -> None:
    layer = make_layer(FILES)
    assert layer.blob.digest == digest(layer.blob.content)
    assert layer.diff_id == digest(gzip.decompress(layer.blob.content))


@pytest.mark.parametrize("dialect", [OCI, DOCKER])
def test_a_manifest_describes_config_and_layers_that_are_there(dialect: Dialect) -> None:
    image = an_image(dialect)
    parts = [document(image)["config"], *document(image)["layers"]]
    sizes = {blob.digest: len(blob.content) for blob in image.blobs}
    assert {part["digest"]: part["size"] for part in parts} == sizes
    assert document(image)["mediaType"] == image.media_type == dialect.manifest


def test_the_config_lists_the_plain_layers_from_the_bottom() -> None:
    lower, upper = make_layer({"a": "1"}), make_layer({"b": "2"})
    image = an_image(OCI, lower, upper)
    assert config_of(image)["rootfs"]["diff_ids"] == [lower.diff_id, upper.diff_id]
    assert [layer["digest"] for layer in document(image)["layers"]] == [
        lower.blob.digest,
        upper.blob.digest,
    ]


@pytest.mark.parametrize("dialect", [OCI, DOCKER])
def test_an_index_names_the_platform_of_each_child(dialect: Dialect) -> None:
    children = [
        make_image(
            [Step("COPY . /", make_layer(FILES))],
            command=[],
            labels={},
            platform=platform,
            dialect=dialect,
        )
        for platform in (AMD64, ARM64, ARM_V7)
    ]
    index = make_image_index(children, dialect=dialect)
    read = ManifestDocument(index.manifest.digest, index.media_type, document(index))
    assert read.is_index
    assert read.children == [
        {"digest": child.manifest.digest, "platform": platform}
        for child, platform in zip(
            children, ("linux/amd64", "linux/arm64", "linux/arm/v7"), strict=True
        )
    ]


@pytest.mark.parametrize("dialect", [OCI, DOCKER])
def test_the_index_reads_sizes_and_config_of_our_manifests(dialect: Dialect) -> None:
    image = an_image(dialect)
    read = ManifestDocument(image.manifest.digest, image.media_type, document(image))
    assert read.is_consistent
    assert read.image_config == document(image)["config"]["digest"]
    assert read.size == sum(len(blob.content) for blob in image.blobs)
