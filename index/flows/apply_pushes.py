"""Apply pushes, mounts and deletes of a batch to repositories whose rows are locked.

What a tag is, is the latest of its changes by the registry's time, in whatever order they are told:
each change is kept (`TagChange`), and one that came before the latest known moves nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from index.activity import make
from index.flows.count_pulls import Counts
from index.flows.follow_image import follow_newest_image
from index.models import (
    Activity,
    ActivityKind,
    BlobLink,
    Manifest,
    Repository,
    Tag,
    TagChange,
    TagChangeKind,
)
from index.registry_events import Event
from index.subjects import Actor, actor_of_event

BRINGS_CONTENT = frozenset({"push", "mount"})


class _Latest(NamedTuple):
    """The latest change of a tag that is known."""

    at: datetime
    kind: str
    digest: str


class Pushes:
    """What a batch does to some repositories; `write` at the end."""

    def __init__(self, repositories: Mapping[int, Repository], counts: Counts) -> None:
        """Begin with repositories whose rows are locked."""
        self.undescribed: list[Manifest] = []
        self._repositories = repositories
        self._counts = counts
        self._changes: list[TagChange] = []
        self._activities: list[Activity] = []
        self._latest: dict[tuple[int, str], _Latest | None] = {}
        self._actors: dict[str, Actor] = {}
        self._pushed: set[int] = set()
        self._retagged: set[int] = set()

    def apply(self, event: Event, repository: int) -> None:
        """Apply one event that is no pull."""
        into = self._repositories[repository]
        if event.action == "push" and event.is_manifest and event.digest:
            self._push_manifest(event, into)
        elif event.action in BRINGS_CONTENT and event.digest:
            if not _is_deleted_since(event, into):
                keep_digest(event, into)
        elif event.action == "delete" and event.tag:
            self._delete_tag(event, into)
        elif event.action == "delete" and event.digest:
            self._delete_digest(event, into)

    def namespaces(self) -> set[int]:
        """Return the namespaces whose storage is to be counted again."""
        return {repository.namespace_id for repository in self._repositories.values()}

    def write(self) -> None:
        """Write what is written once for all events."""
        TagChange.objects.bulk_create(self._changes)
        Activity.objects.bulk_create(self._activities)
        for number in sorted(self._pushed):
            self._repositories[number].save(update_fields=["last_pushed_at"])
        for number in sorted(self._retagged):
            _mark_automation(number)
            follow_newest_image(self._repositories[number])

    def _push_manifest(self, event: Event, repository: Repository) -> None:
        if repository.last_pushed_at is None or event.at > repository.last_pushed_at:
            repository.last_pushed_at = event.at
            self._pushed.add(repository.pk)
        is_deleted = _is_deleted_since(event, repository)
        manifest = None if is_deleted else _keep_manifest(event, repository)
        if event.tag:
            self._push_tag(event, repository, manifest)
        if manifest and not manifest.described_at:
            self.undescribed.append(manifest)

    def _push_tag(self, event: Event, repository: Repository, manifest: Manifest | None) -> None:
        """Note the push, and move the tag unless something later is known of it already."""
        tag = Tag.objects.filter(repository=repository, name=event.tag).first()
        latest = self._latest_of(repository, event.tag)
        is_late = _is_late(event, tag, latest)
        self._note(TagChangeKind.PUSHED, event, repository)
        self._tell(ActivityKind.PUSHED, event, repository)
        self._counts.add_push(repository.pk, at=event.at)
        if is_late:
            return
        if manifest:
            tag = tag or Tag(repository=repository, name=event.tag)
            point_tag(tag, manifest, pushed_at=event.at, by=self._actor(event))
        elif tag:  # it had moved to what was deleted since
            tag.delete()
        self._retagged.add(repository.pk)

    def _delete_tag(self, event: Event, repository: Repository) -> None:
        Tag.objects.filter(repository=repository, name=event.tag, pushed_at__lte=event.at).delete()
        latest = self._latest_of(repository, event.tag)
        is_news = latest is None or latest.at <= event.at
        if is_news and latest and latest.kind == TagChangeKind.DELETED:
            return  # twice: nothing new
        if is_news:
            self._tell(ActivityKind.TAG_DELETED, event, repository)
        self._note(TagChangeKind.DELETED, event, repository)
        self._retagged.add(repository.pk)

    def _delete_digest(self, event: Event, repository: Repository) -> None:
        """Take a manifest or a blob off; its tags go along, and the registry tells of each itself."""
        known = {"repository": repository, "digest": event.digest}
        Tag.objects.filter(
            repository=repository, manifest__digest=event.digest, pushed_at__lte=event.at
        ).delete()
        self._change(TagChangeKind.DELETED, event, repository).save()  # pushes of this batch look
        before = Q(pushed_at=None) | Q(pushed_at__lte=event.at)
        Manifest.objects.filter(before, tags=None, **known).delete()
        BlobLink.objects.filter(before, **known).delete()
        self._retagged.add(repository.pk)

    def _note(self, kind: TagChangeKind, event: Event, repository: Repository) -> None:
        self._changes.append(self._change(kind, event, repository))
        latest = self._latest_of(repository, event.tag)
        if latest is None or latest.at <= event.at:
            self._latest[repository.pk, event.tag] = _Latest(event.at, kind, event.digest)

    def _change(self, kind: TagChangeKind, event: Event, repository: Repository) -> TagChange:
        actor = self._actor(event)
        return TagChange(
            repository=repository,
            tag=event.tag,
            digest=event.digest,
            kind=kind,
            at=event.at,
            actor=actor.subject,
            actor_name=actor.name,
            credential=actor.credential,
        )

    def _tell(self, kind: ActivityKind, event: Event, repository: Repository) -> None:
        activity = make(kind, repository, tag=event.tag, digest=event.digest, at=event.at)
        actor = self._actor(event)
        activity.actor, activity.actor_name = actor.subject, actor.name
        self._activities.append(activity)

    def _actor(self, event: Event) -> Actor:
        known = self._actors.get(event.actor)
        if known is None:
            known = self._actors[event.actor] = actor_of_event(event.actor)
        return known

    def _latest_of(self, repository: Repository, tag: str) -> _Latest | None:
        key = (repository.pk, tag)
        if key not in self._latest:
            changes = TagChange.objects.filter(repository=repository, tag=tag).order_by(
                "-at", "-pk"
            )
            found = changes.values_list("at", "kind", "digest").first()
            self._latest[key] = _Latest(*found) if found else None
        return self._latest[key]


def _is_late(event: Event, tag: Tag | None, latest: _Latest | None) -> bool:
    """Whether something later is known; what was only found in the registry, its push explains."""
    known = {tag.pushed_at} if tag else set()
    if latest:
        known.add(latest.at)
        if (latest.kind, latest.digest) == (TagChangeKind.FOUND, event.digest):
            known.discard(latest.at)
    return any(at > event.at for at in known)


def point_tag(tag: Tag, manifest: Manifest, *, pushed_at: datetime, by: Actor) -> None:
    """Point a tag, new or not, to what was pushed. Unknown is unknown, never the owner (F13)."""
    tag.manifest, tag.pushed_at = manifest, pushed_at
    tag.pushed_by = by.principal.user if by.principal else None
    tag.pushed_by_robot = by.principal.robot if by.principal else None
    tag.built_by = by.login
    tag.pushed_with = by.credential
    tag.save()


def keep_digest(event: Event, repository: Repository) -> None:
    """Remember that a digest was brought, for the day of deletion."""
    if event.is_manifest:
        _keep_manifest(event, repository)
        return
    link, is_new = BlobLink.objects.get_or_create(
        repository=repository,
        digest=event.digest,
        defaults={"size": event.size, "pushed_at": event.at},
    )
    is_later = link.pushed_at is None or link.pushed_at < event.at
    if not is_new and (is_later or (link.size is None and event.size is not None)):
        link.size = link.size if event.size is None else event.size
        link.pushed_at = event.at if is_later else link.pushed_at
        link.save(update_fields=["size", "pushed_at"])


def _keep_manifest(event: Event, repository: Repository) -> Manifest:
    manifest, is_new = Manifest.objects.get_or_create(
        repository=repository,
        digest=event.digest,
        defaults={"media_type": event.media_type[:255], "pushed_at": event.at},
    )
    if not is_new and (manifest.pushed_at is None or manifest.pushed_at < event.at):
        manifest.pushed_at = event.at
        manifest.save(update_fields=["pushed_at"])
    return manifest


def _is_deleted_since(event: Event, repository: Repository) -> bool:
    """Whether a delete of the digest was told before this push, and happened after it."""
    deleted = TagChange.objects.filter(repository=repository, tag="", at__gt=event.at)
    return deleted.filter(digest=event.digest).exists()


def _mark_automation(repository: int) -> None:
    """Keep whether it is known of every tag how it was built; the row is locked."""
    tags = Tag.objects.filter(repository=repository)
    is_automated = tags.exists() and not tags.filter(built_by=None).exists()
    Repository.objects.filter(pk=repository).update(is_automated=is_automated)
