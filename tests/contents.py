"""Makers of images as the index keeps them: documents, configs, indexes, artifacts."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.utils import timezone

from index.models import ContentState, IndexEntry, Manifest, ManifestContent, Repository, Tag

IMAGE = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest_of(content: bytes) -> str:
    """The digest of these bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def make_config(*, layers: int = 1, platform: str = "linux/amd64", **fields: Any) -> dict[str, Any]:
    """An image's config, with a step for each layer."""
    system, architecture, *variant = platform.split("/")
    steps = [
        {
            "created": "2026-01-02T03:04:05Z",
            "created_by": f"RUN /bin/sh -c make {number} # buildkit",
        }
        for number in range(1, layers + 1)
    ]
    inside = fields.pop("config", {"Env": ["PATH=/bin"], "Entrypoint": ["/app"], "Cmd": ["serve"]})
    config = {"os": system, "architecture": architecture, "config": inside, "history": steps}
    return config | ({"variant": variant[0]} if variant else {}) | fields


def make_image(
    repository: Repository,
    *,
    layers: tuple[str, ...] = ("base",),
    size: int = 1_000_000,
    config: dict[str, Any] | bytes | None = None,
    platform: str = "linux/amd64",
    **fields: Any,
) -> Manifest:
    """An image, described and kept; each layer is named by a word that is its content."""
    if config is None:
        config = make_config(layers=len(layers), platform=platform)
    written = config if isinstance(config, bytes) else json.dumps(config).encode()
    document = {
        "schemaVersion": 2,
        "mediaType": IMAGE,
        "config": {"mediaType": CONFIG, "digest": digest_of(written), "size": len(written)},
        "layers": [
            {"mediaType": LAYER, "digest": digest_of(word.encode()), "size": size}
            for word in layers
        ],
    } | fields
    return keep(repository, document, config=written, platform=platform, size=size * len(layers))


def make_index(
    repository: Repository, images: list[Manifest], *attached: dict[str, Any]
) -> Manifest:
    """An index of images; `attached` are further descriptors."""
    listed = [
        {"mediaType": IMAGE, "digest": image.digest, "size": 500, "platform": _platform(image)}
        for image in images
    ]
    document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [*listed, *attached]}
    index = keep(repository, document, media_type=INDEX)
    index.children = [{"digest": image.digest, "platform": image.platform} for image in images]
    index.largest = max((image.size or 0 for image in images), default=None)
    index.save()
    IndexEntry.objects.bulk_create(
        [IndexEntry(index=index, digest=image.digest) for image in images]
        + [
            IndexEntry(
                index=index,
                digest=item["digest"],
                about=item.get("annotations", {}).get("vnd.docker.reference.digest", ""),
            )
            for item in attached
        ]
    )
    return index


def keep(
    repository: Repository,
    document: dict[str, Any] | bytes,
    *,
    config: bytes = b"",
    media_type: str = IMAGE,
    **fields: Any,
) -> Manifest:
    """A manifest of any document, as if it had been described."""
    written = document if isinstance(document, bytes) else json.dumps(document).encode()
    fields.setdefault("size", None)
    manifest = Manifest.objects.create(
        repository=repository,
        digest=digest_of(written),
        media_type=media_type,
        contents=ContentState.KEPT,
        described_at=timezone.now(),
        largest=fields["size"],
        **fields,
    )
    ManifestContent.objects.create(manifest=manifest, document=written, config=config)
    return manifest


def point(repository: Repository, name: str, manifest: Manifest, **fields: Any) -> Tag:
    """A tag on a manifest."""
    fields.setdefault("pushed_at", timezone.now())
    return Tag.objects.create(repository=repository, name=name, manifest=manifest, **fields)


def _platform(image: Manifest) -> dict[str, str]:
    keys = ("os", "architecture", "variant")
    return dict(zip(keys, image.platform.split("/"), strict=False))
