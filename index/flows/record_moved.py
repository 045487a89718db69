"""Write down what a move found: manifests while it copies, tags as they were proven to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from index.flows.leave_changing_tags import leave_changing_tags
from index.manifests import ManifestDocument
from index.models import BlobLink, ContentState, Manifest, Repository, Tag

_BATCH = 1_000  # rows at once; a manifest may name thousands of blobs
T = TypeVar("T")


class MovedRows:
    """Lets rows say of manifests that we were not told of yet; keeps none of the documents.

    Written while pushes go on: in the transaction of the flip they would wait for every statement.
    """

    def __init__(self, repository: Repository, *, pushed_at: datetime) -> None:
        """Write nothing yet."""
        self._repository = repository
        self._pushed_at = pushed_at
        self._known = set(repository.manifests.values_list("digest", flat=True))
        self._manifests: dict[str, Manifest] = {}
        self._sizes: dict[str, int] = {}

    def add(self, document: ManifestDocument) -> None:
        """Keep what is to be written of it: a deletion has to find all that it names (F3)."""
        if document.digest in self._known:
            return
        self._known.add(document.digest)
        self._manifests[document.digest] = Manifest(
            repository=self._repository,
            digest=document.digest,
            media_type=document.media_type[:255],
            pushed_at=self._pushed_at,
        )
        for entry in document.entries:
            child = Manifest(repository=self._repository, digest=entry.digest, media_type="")
            self._manifests.setdefault(entry.digest, child)
        self._sizes |= document.blob_sizes
        if len(self._manifests) + len(self._sizes) >= _BATCH:
            self.write()

    def write(self) -> None:
        """Write what was added since the last time; a second time does no harm.

        With the repository locked, as what it is told is applied: two that insert the same rows in
        different orders would wait for each other.
        """
        if not self._manifests:
            return
        with transaction.atomic():
            Repository.objects.locked().only("pk").get(pk=self._repository.pk)
            self._write_manifests()
            self._write_blob_links()
        self._manifests, self._sizes = {}, {}

    def _write_manifests(self) -> None:
        rows = [self._manifests[digest] for digest in sorted(self._manifests)]
        Manifest.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_BATCH)

    def _write_blob_links(self) -> None:
        sizes = dict(sorted(self._sizes.items()))
        BlobLink.objects.bulk_create(
            [
                BlobLink(repository=self._repository, digest=digest, size=size)
                for digest, size in sizes.items()
            ],
            ignore_conflicts=True,
            batch_size=_BATCH,
        )
        for some in _in_batches(list(sizes)):  # what the registry itself said stays
            links = list(self._repository.blob_links.filter(digest__in=some, size=None))
            for link in links:
                link.size = sizes[link.digest]
            BlobLink.objects.bulk_update(links, ["size"])


def point_tags(
    repository: Repository,
    tags: Mapping[str, str],
    *,
    pushed_at: datetime,
    unless_changed_since: datetime | None = None,
) -> None:
    """Let tags point where they do; whose push that was its notification says, if it comes yet.

    Tags that are being deleted get no row: their deletion goes on at the new registry. What was
    told of a tag that is later than `unless_changed_since` stays.
    """
    rows = dict(repository.tags.values_list("name", "manifest__digest"))
    settled = leave_changing_tags(repository, tags)
    wrong = {tag: digest for tag, digest in settled.items() if rows.get(tag) != digest}
    if unless_changed_since:
        for tag in _changed_since(unless_changed_since, repository, list(wrong)):
            del wrong[tag]
    if not wrong:
        return
    manifests = _numbers(repository, wrong.values())
    Tag.objects.bulk_create(
        [
            Tag(
                repository=repository,
                name=tag,
                manifest_id=manifests[digest],
                pushed_at=pushed_at,
            )
            for tag, digest in wrong.items()
        ],
        update_conflicts=True,
        unique_fields=["repository", "name"],
        # Not the time: what is still to be told of that very push must be newer than the row.
        update_fields=["manifest", "pushed_by", "pushed_by_robot", "built_by", "pushed_with"],
        batch_size=_BATCH,
    )


def forget_tags(repository: Repository, *, but: set[str]) -> None:
    """Drop rows of tags that are not there: what was to say so has been lost, or comes yet."""
    gone = [pk for pk, name in repository.tags.values_list("pk", "name") if name not in but]
    for some in _in_batches(gone):
        Tag.objects.filter(pk__in=some).delete()


def describe_again(repository: Repository, digests: Iterable[str]) -> None:
    """Have those read that were asked for before they came: they were taken for gone."""
    for some in _in_batches(list(digests)):
        gone = repository.manifests.filter(digest__in=some, contents=ContentState.GONE)
        gone.update(contents=ContentState.UNREAD, described_at=None)


def _changed_since(when: datetime, repository: Repository, tags: Sequence[str]) -> set[str]:
    """Return those that somebody has pushed or deleted since."""
    changed: set[str] = set()
    for some in _in_batches(tags):
        changes = repository.tag_changes.filter(tag__in=some, at__gt=when)
        changed |= set(changes.values_list("tag", flat=True))
    return changed


def _numbers(repository: Repository, wanted: Iterable[str]) -> dict[str, int]:
    """Return the number of each row by digest; one that was dropped meanwhile is there again."""
    known = dict(repository.manifests.values_list("digest", "pk"))
    missing = [digest for digest in dict.fromkeys(wanted) if digest not in known]
    if missing:
        rows = [Manifest(repository=repository, digest=one, media_type="") for one in missing]
        Manifest.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_BATCH)
        known = dict(repository.manifests.values_list("digest", "pk"))
    return known


def _in_batches(things: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), _BATCH):
        yield things[start : start + _BATCH]
