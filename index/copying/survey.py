"""What a copy would bring: manifests, blobs and what refers to them, read at the source alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from index.copying.graph import Blob, Budget, blobs_of, manifests_of, subject_of
from index.copying.referrers import cosign_tags, listed_referrers
from index.registry_client import RegistryClient


@dataclass(slots=True)
class Survey:
    """An image with all that belongs to it."""

    manifests: int = 0
    children: int = 0  # of the image itself, however deep
    referrers: int = 0
    blobs: dict[str, Blob] = field(default_factory=dict)

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each blob that a registry keeps, as the manifests say."""
        return {digest: blob.size for digest, blob in self.blobs.items() if not blob.is_foreign}

    @property
    def size(self) -> int:
        """Bytes of all blobs, each once."""
        return sum(self.sizes.values())


def survey(source: RegistryClient, digest: str) -> Survey:
    """Read what the image is made of; raises RegistryTrouble, ContentUnusable where it has gaps.

    Referrers of referrers are copied, and not counted here.
    """
    found, budget = Survey(), Budget(source)
    images = _read(source, digest, budget, found)
    found.children = len(images) - 1
    tags = frozenset(source.tags())
    for image in images:
        for referrer in _referrers(source, image, tags):
            found.referrers += 1
            _read(source, referrer, budget, found)
    return found


def _referrers(source: RegistryClient, image: str, tags: frozenset[str]) -> list[str]:
    listed = [item["digest"] for item in listed_referrers(source, image, tags)]
    documents = {digest: source.manifest(digest) for digest in listed}
    about = [
        digest
        for digest, document in documents.items()
        if document and subject_of(document) == image
    ]
    signed = [source.digest_of(tag) for tag in cosign_tags(image) if tag in tags]
    return about + [digest for digest in signed if digest]


def _read(source: RegistryClient, digest: str, budget: Budget, found: Survey) -> list[str]:
    digests = {}
    for served in manifests_of(source, digest, budget):
        digests[served.digest] = True
        found.blobs |= {blob.digest: blob for blob in blobs_of(source, served.document)}
    found.manifests += len(digests)
    return list(digests)
