"""What the registry is asked for one deleted tag: take it off, see that it stays so, put it back.

distribution 2.x deletes by digest alone, and with a digest all of its tags. So there a tag is first
pointed to a manifest of its own, which lists nothing, and that one is deleted. A push in between wins.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from index.activity import make
from index.errors import RegistryTrouble
from index.flows.apply_pushes import point_tag
from index.flows.delete_tags import mark_automation
from index.models import (
    ActivityKind,
    Manifest,
    Repository,
    Tag,
    TagChange,
    TagChangeKind,
    TagDeletion,
)
from index.models.retention_rule import TagDeletionState
from index.registry_client import RegistryClient, ServedManifest, digest_of_bytes
from index.subjects import Actor, actor_of_event
from tokenauth.signing.tokens import actor_of

SETTLES_AFTER = timedelta(minutes=2)  # by then the notification of a push in between is here
_INDEX = "application/vnd.oci.image.index.v1+json"


def stand_in(deletion: TagDeletion) -> ServedManifest:
    """Return the empty index that this tag is pointed to: the same each time, so a crash does no harm."""
    document = {
        "schemaVersion": 2,
        "mediaType": _INDEX,
        "manifests": [],
        "annotations": {
            "org.opencontainers.image.description": "The tag is being deleted.",
            "waybill.deletion": f"{deletion.pk} {deletion.requested_at.isoformat()}",
        },
    }
    content = json.dumps(document).encode()
    return ServedManifest(digest_of_bytes(content, "sha256"), _INDEX, content)


def take_off(deletion: TagDeletion, client: RegistryClient) -> None:
    """Take the tag off, unless it was pushed again. Raises RegistryTrouble."""
    there = client.digest_of(deletion.tag)
    if deletion.repository.tags.filter(name=deletion.tag).exists() or _is_pushed(deletion, there):
        _end_overtaken(deletion, there)
        return
    served = client.served_manifest(deletion.digest)
    if served:
        deletion.document, deletion.media_type = served.content, served.media_type[:255]
        deletion.save(update_fields=["document", "media_type"])
    _untag(deletion, client)
    if served and not client.has_manifest(deletion.digest):  # some delete it with its last tag
        client.put_manifest(deletion.digest, served)
    settled = min(timezone.now() + SETTLES_AFTER, deletion.purge_after)
    if not _go_on(deletion, TagDeletionState.TRASHED, at=settled) and served:
        _give_back(deletion, client, served)


def settle(deletion: TagDeletion, client: RegistryClient) -> None:
    """Heal what a push in the very moment of taking off left behind: here and there say the same."""
    repository = deletion.repository
    row = repository.tags.filter(name=deletion.tag).select_related("manifest").first()
    there = client.digest_of(deletion.tag)
    if row and there is None:
        served = client.served_manifest(row.manifest.digest)
        if served:
            client.put_manifest(deletion.tag, served)
    elif row is None and there:
        _take_in(deletion, there)
    _go_on(deletion, TagDeletionState.TRASHED, at=deletion.purge_after)


def put_back(deletion: TagDeletion, client: RegistryClient) -> None:
    """Put the same bytes under the tag again, and the row as it was. Raises RegistryTrouble."""
    there = client.digest_of(deletion.tag)
    if _is_pushed(deletion, there):
        _end_overtaken(deletion, there)
        return
    if there != deletion.digest:
        served = client.served_manifest(deletion.digest)
        if served is None:
            # What took it off may have kept it since.
            deletion.refresh_from_db(fields=["document", "media_type"])
            if not deletion.document:
                message = f"{deletion.tag}: its image is not in the registry any more"
                raise RegistryTrouble(message)
            content = bytes(deletion.document)
            served = ServedManifest(deletion.digest, deletion.media_type, content)
        client.put_manifest(deletion.tag, served)
    _restore_row(deletion)


def _is_pushed(deletion: TagDeletion, there: str | None) -> bool:
    """Whether somebody pushed the tag since; our own crash in between is no push."""
    return there not in {None, deletion.digest, stand_in(deletion).digest}


def _end_overtaken(deletion: TagDeletion, there: str | None) -> None:
    """Leave the tag to whoever pushed it, also if we were told of that push after the deletion only.

    By the registry's time such a push came before, so its notification alone moves nothing any more.
    """
    if there and _is_pushed(deletion, there):
        _take_in(deletion, there)
    _finish(deletion, TagDeletionState.OVERTAKEN)


def _untag(deletion: TagDeletion, client: RegistryClient) -> None:
    ours = stand_in(deletion)
    there = client.digest_of(deletion.tag)
    if there == deletion.digest:
        if client.delete_tag(deletion.tag):
            return
        client.delete_manifest(ours.digest)  # raises, before anything is pushed, where none may be
        client.put_manifest(deletion.tag, ours)
    client.delete_manifest(ours.digest)
    if client.digest_of(deletion.tag) == ours.digest:
        message = f"the tag {deletion.tag} is still there"
        raise RegistryTrouble(message)


def _give_back(deletion: TagDeletion, client: RegistryClient, served: ServedManifest) -> None:
    """Put back what was asked for while it was taken off: another worker may have found it still there."""
    undone = TagDeletion.objects.filter(
        pk=deletion.pk,
        state__in=[TagDeletionState.RESTORING, TagDeletionState.RESTORED],
        repository__registry=deletion.repository.registry_id,
    )
    if undone.exists() and client.digest_of(deletion.tag) is None:
        client.put_manifest(deletion.tag, served)


def _take_in(deletion: TagDeletion, digest: str) -> None:
    """Keep a tag that the registry has and we were not told of in time."""
    now = timezone.now()
    with transaction.atomic():
        repository = _lock(deletion)
        if repository.tags.filter(name=deletion.tag).exists():
            return
        manifest, _ = Manifest.objects.get_or_create(repository=repository, digest=digest)
        tag = Tag(repository=repository, name=deletion.tag)
        changes = TagChange.objects.filter(repository=repository, tag=tag.name, digest=digest)
        pushed = changes.filter(kind=TagChangeKind.PUSHED).first()
        if pushed:
            who = actor_of_event(actor_of(pushed.actor, pushed.credential))
            point_tag(tag, manifest, pushed_at=pushed.at, by=who)
        else:
            point_tag(tag, manifest, pushed_at=now, by=Actor())
        TagChange.objects.create(
            repository=repository, tag=tag.name, digest=digest, kind=TagChangeKind.FOUND, at=now
        )
        mark_automation(repository)


def _restore_row(deletion: TagDeletion) -> None:
    now = timezone.now()
    row = deletion.row
    with transaction.atomic():
        repository = _lock(deletion)
        if not repository.tags.filter(name=deletion.tag).exists():
            manifest, _ = Manifest.objects.get_or_create(
                repository=repository,
                digest=deletion.digest,
                defaults={"media_type": deletion.media_type},
            )
            pulled = row.get("last_pulled_at")
            Tag.objects.create(
                repository=repository,
                name=deletion.tag,
                manifest=manifest,
                pushed_at=deletion.pushed_at or now,
                pushed_by_id=row.get("pushed_by_id"),
                pushed_by_robot_id=row.get("pushed_by_robot_id"),
                built_by_id=row.get("built_by_id"),
                pushed_with=row.get("pushed_with", ""),
                pull_count=row.get("pull_count", 0),
                last_pulled_at=parse_datetime(pulled) if pulled else None,
            )
            mark_automation(repository)
        _tell_restored(deletion, repository, now)
        _finish(deletion, TagDeletionState.RESTORED)


def _tell_restored(deletion: TagDeletion, repository: Repository, now: datetime) -> None:
    who = {
        "actor": deletion.row.get("restored_by", ""),
        "actor_name": deletion.row.get("restored_by_name", ""),
    }
    TagChange.objects.create(
        repository=repository,
        tag=deletion.tag,
        digest=deletion.digest,
        kind=TagChangeKind.RESTORED,
        at=now,
        **who,
    )
    news = make(
        ActivityKind.TAG_RESTORED, repository, tag=deletion.tag, digest=deletion.digest, at=now
    )
    news.actor, news.actor_name = who["actor"], who["actor_name"]
    news.save()


def _lock(deletion: TagDeletion) -> Repository:
    """Return the repository, held; raise RegistryTrouble where another registry was asked."""
    repository = Repository.objects.locked().get(pk=deletion.repository_id)
    if repository.registry_id != deletion.repository.registry_id:
        message = f"{repository} was moved meanwhile"
        raise RegistryTrouble(message)
    return repository


def _go_on(deletion: TagDeletion, state: TagDeletionState, *, at: datetime) -> bool:
    """Note the step, unless somebody asked for the tag back meanwhile, or it was done elsewhere."""
    was = TagDeletion.objects.filter(pk=deletion.pk, state=deletion.state)
    here = was.filter(repository__registry=deletion.repository.registry_id)
    return bool(here.update(state=state, next_attempt_at=at, attempts=0, last_problem=""))


def _finish(deletion: TagDeletion, state: TagDeletionState) -> None:
    TagDeletion.objects.filter(pk=deletion.pk).update(
        state=state, finished_at=timezone.now(), last_problem="", document=b""
    )
