"""All that is known of one manifest: its contents, and how it hangs together with others.

Nothing here looks beyond the repository: who may pull it may see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from accounts.prepared import Statement, prepared
from accounts.together import read_together
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

    def __init__(self, manifest: Manifest, *others: Statement) -> None:
        """Read the bytes that are kept: one query, none where they came with it (`find_manifest`).

        What a page wants beside the facts is read with them: `others`.
        """
        self.manifest = manifest
        self._others = others
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
        return _of_cosign(self._links.own_tags)

    @property
    def others(self) -> list[list[Any]]:
        """What was wanted beside the facts."""
        return self._links.others

    @cached_property
    def _links(self) -> _Links:
        """All that hangs on it: one query."""
        return _Links(*_read_links(self.manifest, self.index.entries, self._others))

    @cached_property
    def _contents(self) -> dict[str, dict[str, object]]:
        """What those say that are about it, or about what it lists: one query."""
        attached = {one.digest for one in self.index.attestations}
        listed = [row for row in self._links.listed if row.digest in attached][:MOST_LINKS]
        return _contents([*listed, *self._links.referring])

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
        """What an index lists, with the sizes of the images."""
        known = {row.digest: row for row in self._links.listed}
        return [
            EntryRow(
                one,
                known[one.digest].size if one.digest in known else None,
                kinds_of(self._contents.get(one.digest, {})) if one.is_attestation else [],
            )
            for one in self.index.entries
        ]

    @property
    def tags(self) -> list[Tag]:
        """The newest tags that point to it."""
        return self._links.tags

    @cached_property
    def parents(self) -> list[Parent]:
        """The indexes of this repository that list it, and their tags."""
        newest = Tag.objects.order_by("-pushed_at", "name").only("name", "manifest")
        tags = Prefetch("tags", newest[:_MOST_TAGS], to_attr="newest")
        prefetch_related_objects(self._links.listing, tags)
        return [Parent(row.digest, [tag.name for tag in row.newest]) for row in self._links.listing]

    @cached_property
    def subject(self) -> str:
        """The manifest that this one is about, "" if it is about none."""
        if self.manifest.subject:
            return self.manifest.subject
        return next(iter(self._links.about), self._of_cosign[0])

    @cached_property
    def referrers(self) -> list[Referrer]:
        """What is about it, in all the ways that tools have found."""
        suffixes = {number: name.rpartition(".")[2] for number, name in self._links.suffixed}
        return [
            Referrer(
                row.digest,
                kinds_of(self._contents.get(row.digest, {}), suffixes.get(row.pk, "")),
                row.artifact_type,
                predicate_types(self._contents.get(row.digest, {})),
                row.size,
            )
            for row in self._links.referring
        ]


def find_manifest(repository: Repository, reference: str) -> Manifest | None:
    """Return the manifest of a digest, or the one that a tag points to; with its bytes."""
    query = _of_digest if is_digest(reference) else _of_tag
    found: list[Manifest] = prepared(query, repository=repository.pk, reference=reference).rows()
    return found[0] if found else None


def _of_digest(*, repository: int, reference: str) -> QuerySet[Manifest]:
    of_digest = Manifest.objects.filter(repository=repository, digest=reference)
    return of_digest.select_related("content")


def _of_tag(*, repository: int, reference: str) -> QuerySet[Manifest]:
    tagged = Manifest.objects.filter(tags__repository=repository, tags__name=reference)
    return tagged.select_related("content")


class _Links(NamedTuple):
    """What hangs on a manifest."""

    own_tags: list[str]  # that may be cosign's, which say what it is about
    tags: list[Tag]
    listing: list[Any]  # indexes
    about: list[str]
    suffixed: list[tuple[int, str]]
    referring: list[Manifest]
    listed: list[Manifest]
    others: list[list[Any]]


def _read_links(
    manifest: Manifest, listed: Iterable[ListedManifest], others: Iterable[Statement]
) -> Iterator[Any]:
    """Read them in the order of `_Links`: one query."""
    it = {"manifest": manifest.pk}
    here = {"repository": manifest.repository_id}
    called = {"digest": manifest.digest}
    stem = manifest.digest.replace(":", "-")
    cosign = {suffix: f"{stem}.{suffix}" for suffix in COSIGN_SUFFIXES}
    rows = Manifest.objects.filter(**here, digest__in=[one.digest for one in listed])
    parts = (
        prepared(_cosign_tags, **it),
        prepared(_newest_tags, **it),
        prepared(_listing, **here, **called),
        prepared(_about, **here, **called),
        prepared(_suffixed, **here, **cosign),
        prepared(_referring, **it, **here, **called, fallback=stem, **cosign),
        rows.defer("children"),
    )
    found = read_together(*parts, *others)
    yield from found[: len(parts)]
    yield found[len(parts) :]


def _cosign_tags(*, manifest: int) -> QuerySet[Tag, str]:
    tags = Tag.objects.filter(manifest=manifest, name__startswith="sha256-", name__contains=".")
    return tags.values_list("name", flat=True)[:5]


def _newest_tags(*, manifest: int) -> QuerySet[Tag]:
    tags = Tag.objects.filter(manifest=manifest).defer("version_key")
    return tags.order_by("-pushed_at", "name")[:MOST_LINKS]


def _listing(*, repository: int, digest: str) -> QuerySet[Manifest]:
    indexes = Manifest.objects.filter(repository=repository, entries__digest=digest)
    return indexes.only("pk", "digest").order_by("-pk")[:MOST_LINKS]


def _about(*, repository: int, digest: str) -> QuerySet[IndexEntry, str]:
    entries = IndexEntry.objects.filter(index__repository=repository, digest=digest)
    return entries.exclude(about="").values_list("about", flat=True)[:1]


def _suffixed(*, repository: int, **cosign: str) -> QuerySet[Tag, tuple[int, str]]:
    """Return cosign's tags that say by their names to be about it."""
    tags = Tag.objects.filter(repository=repository, name__in=cosign.values())
    return tags.values_list("manifest", "name")


def _referring(
    *, manifest: int, repository: int, digest: str, fallback: str, **cosign: str
) -> QuerySet[Manifest]:
    """Find those of OCI 1.1, of its fallback tag, of cosign's tags, and those builders attach."""
    tags = Tag.objects.filter(repository=repository)
    entries = IndexEntry.objects.filter(index__repository=repository)
    rows = Manifest.objects.filter(repository=repository)
    ways = (
        entries.filter(about=digest),
        entries.filter(index__in=tags.filter(name=fallback).values("manifest")),
        rows.filter(subject=digest),
        rows.filter(pk__in=tags.filter(name__in=cosign.values()).values("manifest")),
    )
    first, *others = (way.order_by().values_list("digest", flat=True) for way in ways)
    newest = rows.filter(digest__in=first.union(*others)[:MOST_LINKS]).exclude(pk=manifest)
    return newest.defer("children").order_by("-pk")[:MOST_LINKS]


def _contents(manifests: Iterable[Manifest]) -> dict[str, dict[str, object]]:
    """Return what these manifests say, by digest."""
    digests = {row.pk: row.digest for row in manifests}
    if not digests:
        return {}
    kept = ManifestContent.objects.filter(manifest__in=digests).values_list("manifest", "document")
    return {digests[number]: read_json(bytes(document)) for number, document in kept}


def _of_cosign(tags: Iterable[str]) -> tuple[str, str]:
    """Return the digest that a tag of cosign's says it is about, and its suffix."""
    for name in tags:
        stem, _, suffix = name.partition(".")
        digest = stem.replace("-", ":", 1)
        if suffix in COSIGN_SUFFIXES and is_digest(digest):
            return digest, suffix
    return "", ""
