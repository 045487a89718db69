"""Push images and what belongs to them into a real registry, as clients do, by our own client."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from index.copying.referrers import fallback_tag
from index.registry_client import RegistryClient, ServedManifest
from tests.registry_stub import CONFIG, IMAGE, INDEX, LAYER

FOREIGN_LAYER = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
EMPTY = "application/vnd.oci.empty.v1+json"
SPDX = "application/spdx+json"


class Pusher:
    """Pushes to one repository; each method returns the manifest's digest."""

    def __init__(self, client: RegistryClient) -> None:
        """Push through this client."""
        self.client = client

    def image(
        self, *layers: bytes, tag: str = "", platform: str = "linux/amd64", **more: Any
    ) -> str:
        """Push an image of these layers; `more` goes into the manifest."""
        system, architecture = platform.split("/")
        config = json.dumps({"os": system, "architecture": architecture}).encode()
        document = {
            "schemaVersion": 2,
            "mediaType": IMAGE,
            "config": self.blob(CONFIG, config),
            "layers": [self.blob(LAYER, layer) for layer in layers],
        }
        return self.manifest(document | more, tag)

    def index(self, *children: str, tag: str = "") -> str:
        """Push an index over manifests that are there."""
        items = [{"mediaType": IMAGE, "digest": child, "size": 1} for child in children]
        document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": items}
        return self.manifest(document, tag)

    def referrer(self, subject: str, content: bytes, *, kind: str = SPDX) -> str:
        """Push an artifact about a manifest and list it under the fallback tag, as oras does."""
        document = {
            "schemaVersion": 2,
            "mediaType": IMAGE,
            "artifactType": kind,
            "config": self.blob(EMPTY, b"{}"),
            "layers": [self.blob(kind, content)],
            "subject": {"mediaType": IMAGE, "digest": subject, "size": 1},
        }
        digest = self.manifest(document)
        self.list_referrer(subject, digest, kind)
        return digest

    def list_referrer(self, subject: str, digest: str, kind: str = SPDX) -> None:
        """Add a descriptor to the index under the fallback tag."""
        tag = fallback_tag(subject)
        there = self.client.served_manifest(tag)
        items = there.document.document["manifests"] if there else []
        item = {"mediaType": IMAGE, "digest": digest, "size": 1, "artifactType": kind}
        document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [*items, item]}
        self.manifest(document, tag)

    def signature(self, subject: str, *payloads: bytes, suffix: str = "sig") -> str:
        """Push what cosign pushes: an image under a tag made of the digest."""
        return self.image(*payloads, tag=f"{fallback_tag(subject)}.{suffix}")

    def manifest(self, document: dict[str, Any], tag: str = "", *, indent: int = 3) -> str:
        """Push a manifest, written as no serialiser of ours would write it."""
        content = json.dumps(document, indent=indent).encode() + b"\n"
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        served = ServedManifest(digest, str(document["mediaType"]), content)
        self.client.put_manifest(tag or digest, served)
        return digest

    def blob(self, media_type: str, content: bytes) -> dict[str, Any]:
        """Push a blob unless it is there; return its descriptor."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        if not self.client.has_blob(digest):
            self.client.upload(self.client.begin_upload(), digest, content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}
