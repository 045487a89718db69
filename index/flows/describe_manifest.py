"""Ask the registry what a pushed manifest is: type, size, platforms, what it refers to."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from index.flows.quotas import recount_storage
from index.manifests import ManifestDocument, platform_of
from index.models import BlobLink, Manifest, Repository
from index.registry_client import RegistryClient


def describe_manifest(manifest: Manifest) -> None:
    """Fetch the manifest, and an image's config, and keep what pages show. Raises RegistryTrouble."""
    repository = manifest.repository
    client = RegistryClient(repository.registry, repository.stored_name)
    fetched = client.manifest(manifest.digest)
    if fetched is None:  # gone again: there is nothing more to learn
        Manifest.objects.filter(pk=manifest.pk).update(described_at=timezone.now())
        return
    manifest.media_type = fetched.media_type[:255]
    manifest.children = fetched.children
    manifest.size = fetched.size if fetched.is_consistent else None
    if fetched.is_consistent and fetched.image_config:
        manifest.platform = platform_of(client.json_blob(fetched.image_config))
    manifest.described_at = timezone.now()
    with transaction.atomic():
        manifest.save()
        remember_digests(repository, fetched)
    recount_storage(repository.namespace_id)


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
            Manifest(repository=repository, digest=child["digest"], media_type="")
            for child in fetched.children
        ],
        ignore_conflicts=True,
    )
