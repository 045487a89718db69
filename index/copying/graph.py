"""What an image is made of: manifests in the order in which a registry takes them, and their blobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.errors import RegistryTrouble
from index.manifests import LARGEST_BLOB, MANIFEST_TYPES, ManifestDocument
from index.names import is_digest
from index.registry_client import RegistryClient, ServedManifest

_DEEPEST = 4  # an index over indexes is rare, one over those is unheard of
_MOST_MANIFESTS = 2_000  # of one image with all that belongs to it
_MOST_BYTES = 32 * 1024 * 1024  # of all its manifests together
_MOST_BLOBS = 5_000  # of one manifest
_NEVER_PUSHED = ("application/vnd.docker.image.rootfs.foreign.", "nondistributable")


@dataclass(frozen=True, slots=True)
class Blob:
    """A part of an image; a foreign one is fetched from elsewhere by whoever pulls."""

    digest: str
    size: int
    is_foreign: bool


@dataclass(slots=True)
class Budget:
    """How much of one image has been read: a graph made to hurt ends here."""

    client: RegistryClient
    manifests: int = 0
    size: int = 0

    def spend(self, served: ServedManifest) -> None:
        """Count a manifest; raise RegistryTrouble where it is too many."""
        self.manifests += 1
        self.size += len(served.content)
        if self.manifests > _MOST_MANIFESTS or self.size > _MOST_BYTES:
            message = "the image has too many manifests to be copied"
            raise self.client.unusable(message)


def manifests_of(
    source: RegistryClient,
    digest: str,
    budget: Budget,
    *,
    is_sparse_fine: bool = False,
    depth: int = 0,
) -> Iterator[ServedManifest]:
    """Yield a manifest after its children, each once; raises RegistryTrouble.

    Digests make cycles impossible, and depth and count are bounded all the same.
    """
    served = source.served_manifest(digest)
    if served is None:
        if depth and is_sparse_fine:
            return
        message = f"the manifest {digest} is not there any more"
        raise source.unusable(message)
    budget.spend(served)
    document = _checked(source, served)
    children = _descriptors(source, document, "manifests") if document.is_index else []
    if children and depth >= _DEEPEST:
        message = f"the index {digest} is nested too deeply"
        raise source.unusable(message)
    if len(children) > _MOST_MANIFESTS:  # of those that are not there the budget knows nothing
        message = f"the index {digest} lists too many manifests to be copied"
        raise source.unusable(message)
    for child in dict.fromkeys(str(item["digest"]) for item in children):
        yield from manifests_of(
            source, child, budget, is_sparse_fine=is_sparse_fine, depth=depth + 1
        )
    yield served


def blobs_of(source: RegistryClient, document: ManifestDocument) -> list[Blob]:
    """Return config and layers, each once; nothing of an index. Raises RegistryTrouble."""
    if document.is_index:
        return []
    items = [document.document.get("config")] if "config" in document.document else []
    listed = _checked_descriptors(source, document, items)
    listed += _descriptors(source, document, "layers")
    blobs = {item["digest"]: _blob(item) for item in listed}
    if len(blobs) > _MOST_BLOBS:
        message = f"the manifest {document.digest} has too many layers to be copied"
        raise source.unusable(message)
    return list(blobs.values())


def subject_of(document: ManifestDocument) -> str:
    """Return the digest of the manifest that an artifact is about, "" for everything else."""
    subject = document.document.get("subject")
    digest = str(subject.get("digest", "")) if isinstance(subject, dict) else ""
    return digest if is_digest(digest) else ""


def _checked(source: RegistryClient, served: ServedManifest) -> ManifestDocument:
    """Refuse what two readers may understand in two ways (CVE-2021-41190), and types unknown to us."""
    document = served.document
    if served.media_type not in MANIFEST_TYPES or not document.is_consistent:
        message = f"the manifest {served.digest} is of no type that can be copied"
        raise source.unusable(message)
    return document


def _descriptors(
    source: RegistryClient, document: ManifestDocument, key: str
) -> list[dict[str, Any]]:
    items = document.document.get(key)
    return _checked_descriptors(source, document, [] if items is None else items)


def _checked_descriptors(
    source: RegistryClient, document: ManifestDocument, items: Any
) -> list[dict[str, Any]]:
    """Return them all or raise: a part that is silently left out would be missing over there."""
    is_list = isinstance(items, list)
    if is_list and all(
        isinstance(item, dict) and is_digest(str(item.get("digest"))) for item in items
    ):
        return list(items)
    raise _unreadable(source, document)


def _unreadable(source: RegistryClient, document: ManifestDocument) -> RegistryTrouble:
    return source.unusable(f"the manifest {document.digest} names what no registry can have")


def _blob(item: dict[str, Any]) -> Blob:
    size = item.get("size")
    media_type = str(item.get("mediaType", ""))
    return Blob(
        item["digest"],
        size if isinstance(size, int) and 0 <= size <= LARGEST_BLOB else 0,
        is_foreign=any(part in media_type for part in _NEVER_PUSHED) or bool(item.get("urls")),
    )
