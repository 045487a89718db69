"""What belongs to an image though the image does not say so: signatures, SBOMs, attestations.

They are found in three ways: the referrers API of OCI 1.1; where a registry has none, an index under
the tag `sha256-<hex>` that clients keep; and cosign's tags `sha256-<hex>.sig`, `.att` and `.sbom`.
"""

from __future__ import annotations

import json
from typing import Any

from index.manifests import MANIFEST_TYPES, ManifestDocument
from index.names import is_digest
from index.registry_client import RegistryClient, ServedManifest, digest_of_bytes

_COSIGN = ("sig", "att", "sbom")
_INDEX = MANIFEST_TYPES[0]


def fallback_tag(digest: str) -> str:
    """Return the tag under which clients list referrers where the registry does not."""
    return digest.replace(":", "-", 1)


def digest_of_fallback(tag: str) -> str:
    """Return the manifest whose referrers the tag lists, if it is such a tag."""
    return tag.replace("-", ":", 1)


def cosign_tags(digest: str) -> list[str]:
    """Return the tags under which cosign keeps what belongs to a manifest."""
    return [f"{fallback_tag(digest)}.{suffix}" for suffix in _COSIGN]


def listed_referrers(
    source: RegistryClient, digest: str, tags: frozenset[str]
) -> list[dict[str, Any]]:
    """Return descriptors of what is said to refer to the manifest; nothing of it is checked yet."""
    found = source.referrers(digest)
    if found is None:
        tag = fallback_tag(digest)
        served = source.served_manifest(tag) if tag in tags else None
        found = _items(served)
    return [item for item in found if is_digest(str(item.get("digest")))]


def list_at_target(
    target: RegistryClient, digest: str, referrers: list[dict[str, Any]]
) -> ServedManifest | None:
    """Return the index to put under the fallback tag; None where there is nothing to add.

    What the target lists already stays: referrers are added there as well.
    """
    if not referrers or target.referrers(digest) is not None:
        return None
    there = _items(target.served_manifest(fallback_tag(digest)))
    known = {str(item.get("digest")) for item in there}
    missing = [item for item in referrers if item["digest"] not in known]
    if not missing:
        return None
    document = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": [*there, *missing]}
    content = json.dumps(document, separators=(",", ":")).encode()
    return ServedManifest(digest_of_bytes(content, "sha256"), _INDEX, content)


def has_all_of(newer: ManifestDocument, older: ManifestDocument) -> bool:
    """Whether nothing is lost where one list of signatures takes the place of another."""
    return _layers(older) <= _layers(newer)


def _layers(document: ManifestDocument) -> set[str]:
    layers = document.document.get("layers")
    items = layers if isinstance(layers, list) else []
    return {str(item.get("digest")) for item in items if isinstance(item, dict)}


def _items(served: ServedManifest | None) -> list[dict[str, Any]]:
    if served is None or not served.document.is_index:
        return []
    items = served.document.document.get("manifests")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
