"""Ask the registry what a pushed manifest is: type, size, platforms, what it refers to.

What was told is kept as it came, so pages need not ask the registry. A second time does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from index.contents.documents import read_json
from index.flows.check_secrets import check_secrets
from index.flows.follow_image import follow_image
from index.flows.quotas import recount_storage
from index.manifests import ManifestDocument, platform_of
from index.models import (
    BlobLink,
    ContentState,
    IndexEntry,
    Manifest,
    ManifestContent,
    Repository,
)
from index.registry_client import BodyUnusable, RegistryClient, digest_of_bytes

# So many of an index stand with it in one row; IndexEntry has all of them.
_MOST_CHILDREN = 1_000


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A manifest, its bytes, and the config of its image: None where that is too large to be kept."""

    manifest: ManifestDocument
    content: bytes
    config: bytes | None


def describe_manifest(manifest: Manifest) -> None:
    """Fetch the manifest, and an image's config, and keep what pages show. Raises RegistryTrouble."""
    repository = manifest.repository
    client = RegistryClient(repository.registry, repository.stored_name)
    try:
        served = client.served_manifest(manifest.digest)
        if served is None:  # gone again: there is nothing more to learn
            _finish(manifest, ContentState.GONE)
            return
        document = served.document
    except BodyUnusable:  # too large or no JSON: another time will bring the same
        _finish(manifest, ContentState.TOO_LARGE)
        return
    fetched = _Fetched(document, served.content, _config_of(document, client))
    with transaction.atomic():
        _describe(manifest, fetched)
        remember_digests(repository, document)
        _keep(manifest, fetched)
        _pass_on_size(manifest)
    recount_storage(repository.namespace_id)
    follow_image(manifest)
    check_secrets(manifest, read_json(fetched.config or b""))


def _finish(manifest: Manifest, contents: ContentState) -> None:
    Manifest.objects.filter(pk=manifest.pk).update(contents=contents, described_at=timezone.now())


def _config_of(document: ManifestDocument, client: RegistryClient) -> bytes | None:
    """Return the config as it came; empty where there is none, or none of that digest."""
    digest = document.image_config if document.is_consistent else None
    if digest is None:
        return b""
    try:
        content = client.small_blob(digest) or b""
    except BodyUnusable:
        return None
    is_intact = digest_of_bytes(content, digest.partition(":")[0]) == digest
    return content if is_intact else b""


def _describe(manifest: Manifest, fetched: _Fetched) -> None:
    document = fetched.manifest
    manifest.media_type = document.media_type[:255]
    manifest.children = document.children[:_MOST_CHILDREN]
    manifest.size = manifest.largest = document.size if document.is_consistent else None
    manifest.subject = document.subject
    manifest.artifact_type = document.artifact_type
    if document.is_index:
        sizes = _children(manifest.repository, [entry.digest for entry in document.entries])
        manifest.largest = sizes.aggregate(largest=Max("size"))["largest"]
    else:
        manifest.platform = platform_of(read_json(fetched.config or b""))
    manifest.contents = ContentState.TOO_LARGE if fetched.config is None else ContentState.KEPT
    manifest.described_at = timezone.now()
    manifest.save(
        update_fields=[
            "media_type", "children", "size", "largest", "subject", "artifact_type", "platform",
            "contents", "described_at",
        ]
    )  # fmt: skip


def _children(repository: Repository, digests: list[str]) -> QuerySet[Manifest]:
    return Manifest.objects.filter(repository=repository, digest__in=digests[:_MOST_CHILDREN])


def _keep(manifest: Manifest, fetched: _Fetched) -> None:
    ManifestContent.objects.update_or_create(
        manifest=manifest,
        defaults={"document": fetched.content, "config": fetched.config or b""},
    )
    IndexEntry.objects.bulk_create(
        [
            IndexEntry(index=manifest, digest=entry.digest, about=entry.about)
            for entry in fetched.manifest.entries
        ],
        ignore_conflicts=True,
    )


def _pass_on_size(manifest: Manifest) -> None:
    """Tell the indexes that list an image how large it is."""
    if manifest.size is None:
        return
    indexes = Manifest.objects.filter(
        repository=manifest.repository_id, entries__digest=manifest.digest
    )
    smaller = Q(largest=None) | Q(largest__lt=manifest.size)
    Manifest.objects.filter(smaller, pk__in=indexes.values("pk")).update(largest=manifest.size)


def remember_digests(repository: Repository, fetched: ManifestDocument) -> None:
    """Keep every digest the manifest refers to, so that a deletion finds it (F3).

    A manifest may lie about sizes: what the registry said at the push of a blob stays.
    """
    sizes = fetched.blob_sizes
    BlobLink.objects.bulk_create(
        [
            BlobLink(repository=repository, digest=digest, size=size)
            for digest, size in sizes.items()
        ],
        ignore_conflicts=True,
    )
    for link in repository.blob_links.filter(digest__in=sizes, size=None):
        link.size = sizes[link.digest]
        link.save(update_fields=["size"])
    Manifest.objects.bulk_create(
        [
            Manifest(repository=repository, digest=entry.digest, media_type="")
            for entry in fetched.entries
        ],
        ignore_conflicts=True,
    )
