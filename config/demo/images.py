"""Small container images, built from nothing but Python: layers, configs, manifests, indexes. Pure.

The same description gives the same bytes on every machine, so a second push finds everything there.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

BUILT_AT = "2026-03-02T09:00:00Z"
_BUILT_AT_SECONDS = 1_772_442_000


@dataclass(frozen=True, slots=True)
class Dialect:
    """The media types of one of the two families of images."""

    manifest: str
    index: str
    config: str
    layer: str


OCI = Dialect(
    manifest="application/vnd.oci.image.manifest.v1+json",
    index="application/vnd.oci.image.index.v1+json",
    config="application/vnd.oci.image.config.v1+json",
    layer="application/vnd.oci.image.layer.v1.tar+gzip",
)
DOCKER = Dialect(
    manifest="application/vnd.docker.distribution.manifest.v2+json",
    index="application/vnd.docker.distribution.manifest.list.v2+json",
    config="application/vnd.docker.container.image.v1+json",
    layer="application/vnd.docker.image.rootfs.diff.tar.gzip",
)


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes by their digest."""

    content: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A compressed tar, and the digest of what it is uncompressed."""

    blob: Blob
    diff_id: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of how an image was built; with a layer of its own, or without."""

    command: str
    layer: Layer | None = None


@dataclass(frozen=True, slots=True)
class Platform:
    """What an image runs on."""

    architecture: str
    variant: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the platform object of specs; an empty variant is left out."""
        named = {"architecture": self.architecture, "os": "linux", "variant": self.variant}
        return {key: value for key, value in named.items() if value}


AMD64 = Platform("amd64")
ARM64 = Platform("arm64")
ARM_V7 = Platform("arm", "v7")


@dataclass(frozen=True, slots=True)
class Image:
    """A manifest with what it needs: blobs of an image, or the images of an index."""

    manifest: Blob
    media_type: str
    blobs: tuple[Blob, ...] = ()
    children: tuple[Image, ...] = ()
    platform: Platform = field(default=AMD64)


def make_blob(content: bytes) -> Blob:
    """Return the bytes with their sha256 digest."""
    return Blob(content, f"sha256:{hashlib.sha256(content).hexdigest()}")


def make_layer(files: Mapping[str, str], *, filler: int = 0, seed: str = "") -> Layer:
    """Return a layer of text files and `filler` bytes that do not compress.

    Without the filler every image would weigh a kilobyte, and sizes on pages would teach nothing.
    """
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, text in sorted(files.items()):
            _add(archive, path, text.encode())
        if filler:
            _add(archive, f"usr/lib/{seed or 'data'}.bin", _noise(seed, filler))
    packed = gzip.compress(plain.getvalue(), compresslevel=1, mtime=0)
    return Layer(make_blob(packed), make_blob(plain.getvalue()).digest)


def make_image(
    steps: Sequence[Step],
    *,
    command: Sequence[str],
    labels: Mapping[str, str],
    environment: Sequence[str] = (),
    platform: Platform = AMD64,
    dialect: Dialect = OCI,
) -> Image:
    """Return an image that was built by these steps, the layer of the first one lowest."""
    layers = [step.layer for step in steps if step.layer]
    settings = {
        "Cmd": list(command),
        "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", *environment],
        "Labels": dict(labels),
    }
    config = make_blob(_json(_config(steps, settings, platform)))
    manifest = {
        "schemaVersion": 2,
        "mediaType": dialect.manifest,
        "config": _descriptor(config, dialect.config),
        "layers": [_descriptor(layer.blob, dialect.layer) for layer in layers],
    }
    return Image(
        manifest=make_blob(_json(manifest)),
        media_type=dialect.manifest,
        blobs=(*(layer.blob for layer in layers), config),
        platform=platform,
    )


def make_artifact(subject: Image, *, artifact_type: str, media_type: str, content: bytes) -> Image:
    """Return something that is about an image: a signature, a list of what is in it."""
    nothing, held = make_blob(b"{}"), make_blob(content)
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI.manifest,
        "artifactType": artifact_type,
        "config": _descriptor(nothing, "application/vnd.oci.empty.v1+json"),
        "layers": [_descriptor(held, media_type)],
        "subject": _descriptor(subject.manifest, subject.media_type),
    }
    return Image(make_blob(_json(manifest)), OCI.manifest, blobs=(nothing, held))


def make_image_index(images: Iterable[Image], *, dialect: Dialect = OCI) -> Image:
    """Return an image index: one name for the same image on several platforms."""
    children = tuple(images)
    entries = [
        {**_descriptor(child.manifest, child.media_type), "platform": child.platform.as_json()}
        for child in children
    ]
    document = {"schemaVersion": 2, "mediaType": dialect.index, "manifests": entries}
    return Image(manifest=make_blob(_json(document)), media_type=dialect.index, children=children)


def _config(
    steps: Sequence[Step], settings: Mapping[str, Any], platform: Platform
) -> dict[str, Any]:
    layers = [step.layer for step in steps if step.layer]
    return {
        **platform.as_json(),
        "created": BUILT_AT,
        "config": dict(settings),
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        "history": [
            {
                "created": BUILT_AT,
                "created_by": step.command,
                **({} if step.layer else {"empty_layer": True}),
            }
            for step in steps
        ],
    }


def _descriptor(blob: Blob, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "size": len(blob.content), "digest": blob.digest}


def _add(archive: tarfile.TarFile, path: str, content: bytes) -> None:
    entry = tarfile.TarInfo(path)
    entry.size = len(content)
    entry.mtime = _BUILT_AT_SECONDS
    entry.mode = 0o755 if path.startswith(("bin/", "usr/bin/")) else 0o644
    archive.addfile(entry, io.BytesIO(content))


def _noise(seed: str, length: int) -> bytes:
    return random.Random(seed).randbytes(length)  # noqa: S311 - reproducible, and no secret


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
