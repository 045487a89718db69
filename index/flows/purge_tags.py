"""Delete for good what deleted tags pointed to, where nothing else needs it; proven by HEAD.

The registry is asked for each tag it has: never is a manifest deleted to which any of them points.
Meanwhile pushes are told to come again. Killed anywhere, it begins anew: all it needs to know is kept
in rows until the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from index.blob_sizes import distinct_bytes
from index.contents.documents import read_json
from index.errors import RegistryTrouble
from index.flows.describe_manifest import describe_manifest
from index.flows.quotas import recount_storage
from index.manifest_graph import Graph, Pins, known_graph, pins_of
from index.manifests import ManifestDocument
from index.models import (
    ContentState,
    Manifest,
    ManifestContent,
    Repository,
    TagChange,
    TagChangeKind,
    TagDeletion,
)
from index.models.move import COPYING_MOVES
from index.models.retention_rule import TagDeletionState
from index.registry_client import RegistryClient, ServedManifest
from index.tag_trash import trashed_digests

_HELD = timedelta(minutes=2)  # renewed while it goes on
T = TypeVar("T")


def purge(repository: Repository, deletions: Sequence[TagDeletion], client: RegistryClient) -> None:
    """Delete what nothing needs any more, and say of each deletion what became of its image."""
    hold = _Hold(repository)
    try:
        pins = _pins(repository, client, hold)
        pinned = pins.digests | trashed_digests(repository)
        graph = _complete_graph(repository, pins, client, hold)
        gone = graph.goes([one.digest for one in deletions], pinned=pinned)
        for digest in hold.during(gone):
            client.delete_manifest(digest)
        _prove_gone(hold.during(gone), client)
        _undo_if_pushed(repository, gone, pins, client)
        blobs = _needless_blobs(repository, set(gone))
        for digest in hold.during(blobs):
            client.delete_blob_link(digest)
        _prove_unlinked(hold.during(blobs), client)
    finally:
        hold.release()
    _finish(repository, deletions, set(gone), blobs, pins)


class _Hold:
    """Has the gateway tell pushes to come again, unless a move has begun to."""

    def __init__(self, repository: Repository) -> None:
        """Begin; raises RegistryTrouble where somebody else does so already."""
        self._row = Repository.objects.filter(pk=repository.pk)
        self._until = timezone.now() + _HELD
        free = Q(writes_held_until=None) | Q(writes_held_until__lte=timezone.now())
        # Where it was when this was claimed: a move may have begun since, and ended.
        here = self._row.filter(free, registry=repository.registry_id)
        if not here.exclude(moves__state__in=COPYING_MOVES).update(writes_held_until=self._until):
            message = f"{repository} is being moved"
            raise RegistryTrouble(message)

    def during(self, things: Iterable[T]) -> Iterator[T]:
        """Yield them, each while nobody else can write; raises RegistryTrouble where that is over.

        A repository of thousands of images takes longer than any fixed time, and a blob that a push
        has just seen there must not be deleted under it.
        """
        for thing in things:
            self._renew()
            yield thing

    def release(self) -> None:
        """Take pushes again, unless somebody else holds them since."""
        self._row.filter(writes_held_until=self._until).update(writes_held_until=None)

    def _renew(self) -> None:
        now = timezone.now()
        if now < self._until - _HELD / 2:
            return
        longer, mine = now + _HELD, self._row.filter(writes_held_until=self._until)
        if now >= self._until or not mine.update(writes_held_until=longer):
            message = "a step took so long that pushes were let in again"
            raise RegistryTrouble(message)
        self._until = longer


def _pins(repository: Repository, client: RegistryClient, hold: _Hold) -> Pins:
    """Return what any tag points to, there or here."""
    tags = hold.during(client.tags())
    there = {tag: digest for tag in tags if (digest := client.digest_of(tag))}
    known = set(repository.manifests.values_list("digest", flat=True))
    for digest in set(there.values()) - known:
        Manifest.objects.get_or_create(repository=repository, digest=digest)
    of_registry = pins_of(there, repository.immutable_tags)
    here = dict(repository.tags.values_list("name", "manifest__digest"))
    of_rows = pins_of(here, repository.immutable_tags)
    return Pins(
        of_registry.digests | of_rows.digests,
        {**of_rows.attached, **of_registry.attached},
        of_registry.names | of_rows.names,
    )


def _complete_graph(
    repository: Repository, pins: Pins, client: RegistryClient, hold: _Hold
) -> Graph:
    """Return the graph, once the registry was asked for every manifest that nobody read yet.

    What is there and cannot be read might need anything, so then nothing is deleted.
    """
    while unread := list(_unread(repository, frozenset())):
        _describe(hold.during(unread))
    _describe(hold.during(list(_unread(repository, pins.digests | set(pins.attached)))))
    for manifest in hold.during(list(repository.manifests.filter(content=None))):
        if client.has_manifest(manifest.digest):
            message = f"nobody can tell what {manifest.digest} is made of"
            raise RegistryTrouble(message)
    return known_graph(repository, pins.attached)


def _unread(repository: Repository, pinned: Set[str]) -> QuerySet[Manifest]:
    """Return what was never read, or was gone when it was, and may be there again."""
    again = Q(digest__in=pinned) | Q(pushed_at__gt=F("described_at"))
    wanted = Q(contents=ContentState.UNREAD) | (Q(content=None) & again if pinned else Q(pk=None))
    return repository.manifests.filter(wanted).select_related("repository__registry")


def _describe(manifests: Iterable[Manifest]) -> None:
    for manifest in manifests:
        describe_manifest(manifest)


def _prove_gone(gone: Iterable[str], client: RegistryClient) -> None:
    left = [digest for digest in gone if client.has_manifest(digest)]
    if left:
        message = f"{len(left)} manifests are still there, {left[0]} among them"
        raise RegistryTrouble(message)


def _prove_unlinked(blobs: Iterable[str], client: RegistryClient) -> None:
    left = [digest for digest in blobs if client.has_blob(digest)]
    if left:
        message = f"{len(left)} blobs are still there, {left[0]} among them"
        raise RegistryTrouble(message)


def _undo_if_pushed(
    repository: Repository, gone: Sequence[str], pins: Pins, client: RegistryClient
) -> None:
    """Put everything back if a push was told of meanwhile: blobs are all there yet."""
    pushed = repository.tags.filter(manifest__digest__in=gone).exclude(name__in=pins.names)
    tags = dict(pushed.values_list("name", "manifest__digest"))
    if not tags:
        return
    served = {
        content.manifest.digest: ServedManifest(
            content.manifest.digest, content.manifest.media_type, bytes(content.document)
        )
        for content in _contents(repository).filter(manifest__digest__in=gone)
    }
    for digest in reversed(gone):  # children before what lists them
        if digest in served:
            client.put_manifest(digest, served[digest])
    for tag, digest in tags.items():
        if digest in served and client.digest_of(tag) is None:
            client.put_manifest(tag, served[digest])
    message = f"{next(iter(tags))} was pushed meanwhile"
    raise RegistryTrouble(message)


def _needless_blobs(repository: Repository, gone: set[str]) -> list[str]:
    """Return blobs of deleted manifests that no manifest which stays refers to."""
    doomed: set[str] = set()
    needed: set[str] = set()
    for content in _contents(repository).iterator(chunk_size=500):
        manifest = content.manifest
        document = ManifestDocument(
            manifest.digest, manifest.media_type, read_json(bytes(content.document))
        )
        (doomed if manifest.digest in gone else needed).update(document.blobs)
    return sorted(doomed - needed)


def _contents(repository: Repository) -> QuerySet[ManifestContent]:
    rows = ManifestContent.objects.filter(manifest__repository=repository)
    return rows.select_related("manifest").only(
        "document", "manifest__digest", "manifest__media_type"
    )


def _finish(
    repository: Repository,
    deletions: Sequence[TagDeletion],
    gone: set[str],
    blobs: Sequence[str],
    pins: Pins,
) -> None:
    now = timezone.now()
    with transaction.atomic():
        Repository.objects.locked().get(pk=repository.pk)
        links = repository.blob_links.filter(digest__in=blobs)
        freed = distinct_bytes(links)
        links.delete()
        hung = repository.tags.filter(manifest__digest__in=gone, name__in=pins.names)
        names = list(hung.values_list("name", flat=True))
        hung.delete()
        repository.manifests.filter(digest__in=gone, tags=None).delete()
        TagChange.objects.bulk_create(
            TagChange(repository=repository, digest=digest, kind=TagChangeKind.DELETED, at=now)
            for digest in sorted(gone)
        )
        TagChange.objects.bulk_create(
            TagChange(repository=repository, tag=name, kind=TagChangeKind.DELETED, at=now)
            for name in names
        )
        for deletion in deletions:
            deletion.state = (
                TagDeletionState.DELETED if deletion.digest in gone else TagDeletionState.KEPT
            )
            deletion.finished_at, deletion.last_problem = now, ""
            deletion.document = b""
            if deletion.state == TagDeletionState.DELETED:
                deletion.freed, freed = freed, 0
            deletion.save(
                update_fields=["state", "finished_at", "last_problem", "document", "freed"]
            )
    recount_storage(repository.namespace_id)
