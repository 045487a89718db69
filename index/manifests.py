"""Reading manifest documents: what they refer to, how large they are, for which platform. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from index.names import is_digest

MANIFEST_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_INDEX_TYPES = frozenset(MANIFEST_TYPES[::2])
_IMAGE_CONFIG_TYPES = (
    "application/vnd.docker.container.image.",
    "application/vnd.oci.image.config.",
)
_BUILDKIT_ABOUT = "vnd.docker.reference.digest"
_LONGEST_PLATFORM = 80
# Eight tebibytes: what claims to be more is no size. All blobs of an image together fit a column then.
LARGEST_BLOB = 2**43


@dataclass(frozen=True, slots=True)
class Entry:
    """What an index lists; `about` is what an attestation of a build is about, "" if it is none."""

    digest: str
    platform: str
    about: str


@dataclass(frozen=True, slots=True)
class ManifestDocument:
    """A manifest as a registry served it."""

    digest: str
    media_type: str
    document: dict[str, Any]

    @property
    def is_consistent(self) -> bool:
        """Whether the document's own media type is the one it was served as (CVE-2021-41190)."""
        return bool(self.document.get("mediaType", self.media_type) == self.media_type)

    @property
    def is_index(self) -> bool:
        """Whether it is an image index (docker: manifest list)."""
        return self.is_consistent and self.media_type in _INDEX_TYPES

    @property
    def children(self) -> list[dict[str, str]]:
        """Digest and platform of each manifest of an index; empty for everything else."""
        return [{"digest": entry.digest, "platform": entry.platform} for entry in self.entries]

    @property
    def entries(self) -> list[Entry]:
        """What an index lists, each digest once; empty for everything else."""
        items = _descriptors(self.document.get("manifests")) if self.is_index else []
        return list({item["digest"]: _entry(item) for item in items}.values())

    @property
    def subject(self) -> str:
        """Digest of the manifest that this one is about, "" if it is about none."""
        subject = _descriptors([self.document.get("subject")]) if self.is_consistent else []
        return subject[0]["digest"] if subject else ""

    @property
    def artifact_type(self) -> str:
        """What it is, if it is no image: its artifact type, or else the type of its config."""
        if not self.is_consistent:
            return ""
        config = _descriptors([self.document.get("config")])
        of_config = "" if self.image_config or not config else config[0].get("mediaType")
        return plain_type(self.document.get("artifactType")) or plain_type(of_config)

    @property
    def blobs(self) -> list[str]:
        """Digests of config and layers, each once."""
        return list(dict.fromkeys(item["digest"] for item in self._parts))

    @property
    def blob_sizes(self) -> dict[str, int]:
        """How large it says that config and layers are, in bytes."""
        return {item["digest"]: _size(item) for item in self._parts}

    @property
    def size(self) -> int | None:
        """Bytes that a pull transfers, compressed; None for an index."""
        return None if self.is_index else sum(_size(item) for item in self._parts)

    @property
    def image_config(self) -> str | None:
        """Digest of an image's config; None for other artifacts."""
        config = _descriptors([self.document.get("config")])
        is_image = config and str(config[0].get("mediaType", "")).startswith(_IMAGE_CONFIG_TYPES)
        return config[0]["digest"] if is_image else None

    @property
    def _parts(self) -> list[dict[str, Any]]:
        config = _descriptors([self.document.get("config")])
        return config + _descriptors(self.document.get("layers"))


def platform_of(value: Any) -> str:
    """Return `os/architecture[/variant]` of a platform object or image config, "" if unknown."""
    if not isinstance(value, dict):
        return ""
    parts = [value.get("os"), value.get("architecture"), value.get("variant")]
    known = [part for part in parts if isinstance(part, str) and part and part.isprintable()]
    return "/".join(known)[:_LONGEST_PLATFORM] if len(known) > 1 else ""


def plain_type(value: Any) -> str:
    """Return a media type, "" for what is none."""
    is_plain = isinstance(value, str) and len(value) <= 255 and value.isascii()
    return value if is_plain and value.isprintable() else ""


def _entry(item: dict[str, Any]) -> Entry:
    notes = item.get("annotations")
    about = str(notes.get(_BUILDKIT_ABOUT)) if isinstance(notes, dict) else ""
    return Entry(
        item["digest"], platform_of(item.get("platform")), about if is_digest(about) else ""
    )


def _descriptors(value: Any) -> list[dict[str, Any]]:
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict) and is_digest(str(item.get("digest")))]


def _size(item: dict[str, Any]) -> int:
    size = item.get("size")
    return size if isinstance(size, int) and 0 <= size <= LARGEST_BLOB else 0
