"""Apply what a registry tells: pushes, pulls and deletes become tags, manifests and counters.

The result must not depend on order or repetition (case 33): an event is applied once by its id,
and a tag follows the push with the latest time.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from index.models import (
    BlobLink,
    Deletion,
    Manifest,
    Registry,
    RegistryEvent,
    Repository,
    RepositoryState,
    Tag,
)
from index.registry_client import INDEX_SUBJECT
from index.registry_events import Event
from index.subjects import login_of_actor, principal_from_subject

_CLOCK_SKEW = timedelta(minutes=2)  # an event older than this belongs to an earlier repository


def apply_event(event: Event, registry: Registry) -> Manifest | None:
    """Apply one event; return a manifest that has yet to be described, if the event brought one.

    Ignored: an event seen before, one about a repository that is not kept by this registry (it
    creates nothing and grants nothing: case 32), and our own requests.
    """
    if event.actor == INDEX_SUBJECT:
        return None
    with transaction.atomic():
        kept_here = Repository.objects.select_for_update().filter(registry=registry)
        repository = kept_here.stored_as(event.repository).first()
        if repository is None:
            _reopen_deletion(event, registry)
            return None
        if event.at < repository.created_at - _CLOCK_SKEW or not _is_new(event, registry):
            return None
        return _apply(event, repository)


def _reopen_deletion(event: Event, registry: Registry) -> None:
    """Let the deletion go on when an upload ended after the repository was proven to be empty."""
    deletion = Deletion.objects.filter(
        repository__stored_name=event.repository.value,
        repository__registry=registry,
        repository__state=RepositoryState.DELETED,
    ).last()
    brings_content = event.action in {"push", "mount"} and event.digest
    if deletion is None or not brings_content or not _is_new(event, registry):
        return
    _remember(event, deletion.repository)
    Repository.objects.filter(pk=deletion.repository_id).update(state=RepositoryState.DELETING)
    Deletion.objects.filter(pk=deletion.pk).update(finished_at=None, next_attempt_at=timezone.now())


def _remember(event: Event, repository: Repository) -> None:
    if event.is_manifest:
        Manifest.objects.get_or_create(repository=repository, digest=event.digest)
    else:
        known = {} if event.size is None else {"size": event.size}
        BlobLink.objects.update_or_create(
            repository=repository, digest=event.digest, defaults=known
        )


def _is_new(event: Event, registry: Registry) -> bool:
    try:
        with transaction.atomic():
            RegistryEvent.objects.create(registry=registry, event_id=event.event_id)
    except IntegrityError:
        return False
    return True


def _apply(event: Event, repository: Repository) -> Manifest | None:
    if event.action == "push" and event.is_manifest and event.digest:
        return _push_manifest(event, repository)
    if event.action in {"push", "mount"} and event.digest:
        _remember(event, repository)
    elif event.action == "pull" and event.is_manifest and event.method == "GET":
        Repository.objects.filter(pk=repository.pk).update(pull_count=F("pull_count") + 1)
    elif event.action == "delete":
        _delete(event, repository)
    return None


def _push_manifest(event: Event, repository: Repository) -> Manifest | None:
    manifest, _ = Manifest.objects.get_or_create(
        repository=repository,
        digest=event.digest,
        defaults={"media_type": event.media_type[:255]},
    )
    if event.tag:
        _move_tag(event, repository, manifest)
    if repository.last_pushed_at is None or event.at > repository.last_pushed_at:
        repository.last_pushed_at = event.at
        repository.save(update_fields=["last_pushed_at"])
    return None if manifest.described_at else manifest


def _move_tag(event: Event, repository: Repository, manifest: Manifest) -> None:
    tag = Tag.objects.filter(repository=repository, name=event.tag).first()
    if tag is not None and tag.pushed_at > event.at:
        return
    actor = principal_from_subject(event.actor)
    Tag.objects.update_or_create(
        repository=repository,
        name=event.tag,
        defaults={
            "manifest": manifest,
            "pushed_at": event.at,
            "pushed_by": actor.user if actor else None,  # unknown is unknown, never the owner (F13)
            "pushed_by_robot": actor.robot if actor else None,
            "built_by": login_of_actor(event.actor),
        },
    )
    _mark_automation(repository)


def _mark_automation(repository: Repository) -> None:
    """Keep whether it is known of every tag how it was built; the row is locked."""
    tags = Tag.objects.filter(repository=repository)
    is_automated = tags.exists() and not tags.filter(built_by=None).exists()
    Repository.objects.filter(pk=repository.pk).update(is_automated=is_automated)


def _delete(event: Event, repository: Repository) -> None:
    """A delete names a digest (a manifest or a blob) or a tag."""
    if event.tag:
        Tag.objects.filter(repository=repository, name=event.tag, pushed_at__lte=event.at).delete()
    elif event.digest:
        Tag.objects.filter(
            repository=repository, manifest__digest=event.digest, pushed_at__lte=event.at
        ).delete()
        stale = Manifest.objects.filter(repository=repository, digest=event.digest, tags=None)
        stale.delete()
        BlobLink.objects.filter(repository=repository, digest=event.digest).delete()
    _mark_automation(repository)
