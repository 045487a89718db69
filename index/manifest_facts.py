"""All that is known of one manifest: its contents, and how it hangs together with others.

Nothing here looks beyond the repository: who may pull it may see it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch

from index.contents.documents import descriptor, read_json
from index.contents.images import Image, read_image
from index.contents.indexes import ImageIndex, ListedManifest, read_annotations, read_index
from index.contents.kinds import COSIGN_SUFFIXES, OTHER, kinds_of, predicate_types
from index.contents.texts import Named
from index.manifests import MANIFEST_TYPES
from index.models import IndexEntry, Manifest, ManifestContent, Repository, Tag
from index.names import is_digest

INDEX_TYPES = frozenset(MANIFEST_TYPES[::2])
_MOST_TAGS = 5  # of an index that a manifest is part of
MOST_LINKS = 50  # tags, indexes and referrers that are shown of one manifest


@dataclass(frozen=True, slots=True)
class Referrer:
    """What is about a manifest: a signature, an SBOM, an attestation."""

    digest: str
    kinds: list[str]
    artifact_type: str
    predicates: list[str]
    size: int | None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry of an index, and what is known of it here."""

    entry: ListedManifest
    size: int | None
    kinds: list[str]


@dataclass(frozen=True, slots=True)
class Parent:
    """An index that lists a manifest, and tags of it."""

    digest: str
    tags: list[str]


class ManifestFacts:
    """What one manifest says, read when it is asked for."""

    def __init__(self, manifest: Manifest) -> None:
        """Read the bytes that are kept: one query, none where they came with it (`find_manifest`)."""
        self.manifest = manifest
        content: ManifestContent | None = getattr(manifest, "content", None)
        self.document = bytes(content.document) if content else b""
        self.config = bytes(content.config) if content else b""
        self._read = read_json(self.document)

    @property
    def is_index(self) -> bool:
        """Whether it lists other manifests."""
        return self.manifest.media_type in INDEX_TYPES

    @cached_property
    def kinds(self) -> list[str]:
        """What an artifact is; empty for images and indexes."""
        if self.is_index or not self._read:
            return []
        kinds = kinds_of(self._read, self._of_cosign[1])
        is_artifact = bool(self.manifest.artifact_type or self.manifest.subject)
        return kinds if is_artifact or kinds != [OTHER] else []

    @cached_property
    def _of_cosign(self) -> tuple[str, str]:
        return _of_cosign(self.manifest)

    @cached_property
    def image(self) -> Image:
        """Its layers, history and config."""
        return read_image(self.document, self.config)

    @cached_property
    def index(self) -> ImageIndex:
        """What it lists."""
        return read_index(self.document)

    @property
    def annotations(self) -> list[Named]:
        """Its annotations, by name."""
        return read_annotations(self._read)

    @property
    def predicates(self) -> list[str]:
        """What an attestation says it is about."""
        return predicate_types(self._read)

    @property
    def config_digest(self) -> str:
        """Digest of the config, "" if it has none."""
        return str(descriptor(self._read, "config").get("digest", ""))

    @cached_property
    def entries(self) -> list[EntryRow]:
        """What an index lists, with the sizes of the images: one query."""
        listed = self.index.entries
        known = {
            row.digest: row
            for row in Manifest.objects.filter(
                repository=self.manifest.repository_id, digest__in=[one.digest for one in listed]
            ).defer("children")
        }
        attached = [known[one.digest] for one in self.index.attestations if one.digest in known]
        contents = _contents(attached[:MOST_LINKS])
        return [
            EntryRow(
                one,
                known[one.digest].size if one.digest in known else None,
                kinds_of(contents.get(one.digest, {})) if one.is_attestation else [],
            )
            for one in listed
        ]

    @cached_property
    def tags(self) -> list[Tag]:
        """The newest tags that point to it."""
        return list(self.manifest.tags.order_by("-pushed_at", "name")[:MOST_LINKS])

    @cached_property
    def parents(self) -> list[Parent]:
        """The indexes of this repository that list it, and their tags: two queries."""
        listing = Manifest.objects.filter(
            repository=self.manifest.repository_id, entries__digest=self.manifest.digest
        )
        newest = Tag.objects.order_by("-pushed_at", "name").only("name", "manifest")
        tags = Prefetch("tags", newest[:_MOST_TAGS], to_attr="newest")
        rows = listing.only("pk", "digest").prefetch_related(tags).order_by("-pk")[:MOST_LINKS]
        return [Parent(row.digest, [tag.name for tag in row.newest]) for row in rows]

    @cached_property
    def subject(self) -> str:
        """The manifest that this one is about, "" if it is about none."""
        if self.manifest.subject:
            return self.manifest.subject
        entry = IndexEntry.objects.filter(
            index__repository=self.manifest.repository_id, digest=self.manifest.digest
        ).exclude(about="")
        about = entry.values_list("about", flat=True).first()
        return about or self._of_cosign[0]

    @cached_property
    def referrers(self) -> list[Referrer]:
        """What is about it, in all the ways that tools have found: three queries, and one for what they say."""
        found = _referring(self.manifest)
        contents = _contents(found)
        return [
            Referrer(
                row.digest,
                kinds_of(contents.get(row.digest, {}), suffix),
                row.artifact_type,
                predicate_types(contents.get(row.digest, {})),
                row.size,
            )
            for row, suffix in found.items()
        ]


def find_manifest(repository: Repository, reference: str) -> Manifest | None:
    """Return the manifest of a digest, or the one that a tag points to; with its bytes."""
    if is_digest(reference):
        return repository.manifests.select_related("content").filter(digest=reference).first()
    tag = repository.tags.filter(name=reference).select_related("manifest__content").first()
    return tag.manifest if tag else None


def _referring(manifest: Manifest) -> dict[Manifest, str]:
    """Find those of OCI 1.1, of its fallback tag, of cosign's tags, and those builders attach.

    Each with the suffix that cosign's tag gave it, or "".
    """
    digest, repository = manifest.digest, manifest.repository_id
    stem = digest.replace(":", "-")
    tagged = Tag.objects.filter(
        repository=repository, name__in=[f"{stem}.{suffix}" for suffix in COSIGN_SUFFIXES]
    ).values_list("manifest", "name")
    suffixes = {number: name.rpartition(".")[2] for number, name in tagged}
    entries = IndexEntry.objects.filter(index__repository=repository)
    rows = Manifest.objects.filter(repository=repository)
    fallback = Tag.objects.filter(repository=repository, name=stem).values("manifest")
    ways = (
        entries.filter(about=digest),
        entries.filter(index__in=fallback),
        rows.filter(subject=digest),
        rows.filter(pk__in=suffixes),
    )
    first, *others = (way.order_by().values_list("digest", flat=True) for way in ways)
    digests = list(first.union(*others)[:MOST_LINKS])
    newest = rows.filter(digest__in=digests).exclude(pk=manifest.pk).defer("children")
    return {row: suffixes.get(row.pk, "") for row in newest.order_by("-pk")[:MOST_LINKS]}


def _contents(manifests: Iterable[Manifest]) -> dict[str, dict[str, object]]:
    """Return what these manifests say, by digest."""
    digests = {row.pk: row.digest for row in manifests}
    if not digests:
        return {}
    kept = ManifestContent.objects.filter(manifest__in=digests).values_list("manifest", "document")
    return {digests[number]: read_json(bytes(document)) for number, document in kept}


def _of_cosign(manifest: Manifest) -> tuple[str, str]:
    """Return the digest that a tag of cosign's says it is about, and its suffix."""
    tags = manifest.tags.filter(name__startswith="sha256-", name__contains=".")
    for name in tags.values_list("name", flat=True)[:5]:
        stem, _, suffix = name.partition(".")
        digest = stem.replace("-", ":", 1)
        if suffix in COSIGN_SUFFIXES and is_digest(digest):
            return digest, suffix
    return "", ""
