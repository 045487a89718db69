"""What an image index lists: images for platforms, and what builders attach to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from index.contents.documents import count, descriptors, inner, media_type, read_json
from index.contents.texts import Named, one_line
from index.manifests import plain_type, platform_of
from index.names import is_digest

UNKNOWN_PLATFORM = "unknown/unknown"  # how build tools mark what is no image
_REFERENCE_TYPE = "vnd.docker.reference.type"
_REFERENCE_DIGEST = "vnd.docker.reference.digest"


@dataclass(frozen=True, slots=True)
class ListedManifest:
    """One entry. `about` is the image that an attestation is about, as far as it says."""

    digest: str
    media_type: str
    artifact_type: str
    platform: str
    features: str  # what a platform is further told apart by: os.version
    is_attestation: bool
    about: str


@dataclass(frozen=True, slots=True)
class ImageIndex:
    """An image index as its page shows it."""

    entries: tuple[ListedManifest, ...]
    annotations: tuple[Named, ...]
    hidden: int = 0

    @property
    def images(self) -> list[ListedManifest]:
        """The entries that are for a platform."""
        return [entry for entry in self.entries if not entry.is_attestation]

    @property
    def attestations(self) -> list[ListedManifest]:
        """The entries that are about another one."""
        return [entry for entry in self.entries if entry.is_attestation]


def read_index(document: bytes) -> ImageIndex:
    """Return what an index lists."""
    read = read_json(document)
    found = descriptors(read, "manifests")
    return ImageIndex(
        entries=tuple(_entry(item) for item in found),
        annotations=tuple(read_annotations(read)),
        hidden=max(count(read, "manifests") - len(found), 0),
    )


def read_annotations(document: dict[str, Any]) -> list[Named]:
    """Return the annotations, by name."""
    notes = sorted(inner(document, "annotations").items())[:200]
    return [Named(one_line(name, 200), one_line(value)) for name, value in notes]


def _entry(item: dict[str, Any]) -> ListedManifest:
    notes, platform = inner(item, "annotations"), platform_of(item.get("platform"))
    about = notes.get(_REFERENCE_DIGEST)
    return ListedManifest(
        digest=item["digest"],
        media_type=media_type(item),
        artifact_type=plain_type(item.get("artifactType")),
        platform="" if platform == UNKNOWN_PLATFORM else platform,
        features=one_line(inner(item, "platform").get("os.version"), 80),
        is_attestation=_REFERENCE_TYPE in notes or platform == UNKNOWN_PLATFORM,
        about=about if isinstance(about, str) and is_digest(about) else "",
    )
