"""Delete a repository: closed at once, emptied in its registry after the trash, proven to be empty.

Registries have no call for it (F3): manifests and blob links are deleted one by one, in this
repository only, so what others share stays. It is called deleted when a HEAD of every digest ever
seen has answered 404.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.principals import Principal
from index import trash
from index.activity import note
from index.errors import Denied, InTrash, RegistryTrouble
from index.flows.describe_manifest import remember_digests
from index.flows.quotas import recount_storage
from index.mails import send_after_commit
from index.manifests import ManifestDocument
from index.models import (
    ActivityKind,
    Deletion,
    Manifest,
    MoveState,
    Registry,
    RegistryState,
    Repository,
    RepositoryState,
)
from index.models.move import COPYING_MOVES, UNFINISHED_MOVES
from index.moves.lease import HOLDS
from index.policy import administers
from index.registry_client import RegistryClient

_LEASE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=1)


def request_deletion(repository: Repository, *, by: Principal, at_once: bool = False) -> Deletion:
    """Close the repository now and note the intent; raise Denied.

    It goes into the trash, and only after its time there, or `at_once`, is it emptied by a task. What
    lies in the trash already raises InTrash; what is being deleted is the same deletion once more.
    """
    if not administers(by, repository):
        message = gettext("'%(name)s' may not delete %(repository)s") % {
            "name": by.name,
            "repository": repository,
        }
        raise Denied(message)
    with transaction.atomic():
        rows = Repository.objects.locked()
        held = rows.select_related("namespace__user").get(pk=repository.pk)
        if held.state in {RepositoryState.DELETING, RepositoryState.DELETED}:
            return Deletion.objects.get(repository=held)
        if held.state == RepositoryState.TRASHED and not at_once:
            raise InTrash(_already_there(held))
        deletion = _note_intent(held, by=by, at_once=at_once or not trash.is_used())
        repository.state = held.state
    return deletion


def _note_intent(repository: Repository, *, by: Principal, at_once: bool) -> Deletion:
    now = timezone.now()
    until = now if at_once else trash.end_for(now)
    repository.state = RepositoryState.DELETING if at_once else RepositoryState.TRASHED
    repository.save(update_fields=["state"])
    deletion, _ = Deletion.objects.update_or_create(
        repository=repository,
        defaults={"purge_after": until, "next_attempt_at": until, "finished_at": None},
        create_defaults={
            "requested_by": by.user,
            "purge_after": until,
            "next_attempt_at": until,
        },
    )
    action = AuditAction.REPOSITORY_DELETED if at_once else AuditAction.REPOSITORY_TRASHED
    record(action, by=by, namespace=repository.namespace, target=repository.name)
    if not at_once:
        note(ActivityKind.TRASHED, repository, by=by, until=until.isoformat())
    send_after_commit(
        "repository_trashed",
        to=[owner for owner in trash.owners_of(repository.namespace) if owner != by.user],
        repository=repository.name,
        by=by.name,
        until=None if at_once else until,
    )
    return deletion


def _already_there(repository: Repository) -> str:
    until = Deletion.objects.get(repository=repository).purge_after
    return _(
        "%(repository)s is in the trash already, until %(until)s UTC: take it out, or delete it for good, at %(address)s"
    ) % {
        "repository": repository,
        "until": f"{until:%Y-%m-%d %H:%M}",
        "address": f"{settings.PUBLIC_URL}/trash",
    }


def claim(deletion_id: int) -> Deletion | None:
    """Return the deletion if it is due, and keep others from it for five minutes (L10).

    From then on nothing is had back: whoever takes it out of the trash came before, or comes too late.
    """
    now = timezone.now()
    due = Deletion.objects.filter(
        pk=deletion_id, finished_at=None, purge_after__lte=now, next_attempt_at__lte=now
    ).exclude(trash.kept_frozen())
    with transaction.atomic():
        closing = Repository.objects.filter(
            pk__in=due.values("repository"),
            state__in=[RepositoryState.TRASHED, RepositoryState.DELETING],
        )
        is_there = closing.update(state=RepositoryState.DELETING)
        if not (is_there and due.update(next_attempt_at=now + _LEASE)):
            return None
        return Deletion.objects.select_related("repository__registry").get(pk=deletion_id)


def continue_deletion(deletion: Deletion) -> None:
    """Do what is left; whatever goes wrong is noted and tried again later, ever more rarely."""
    repository = deletion.repository
    if _is_written_by_moves(repository):
        _come_again(deletion)
        return
    clients = [RegistryClient(one, repository.stored_name) for one in _keepers(repository)]
    try:
        for client in clients:
            _empty(repository, client)
        for client in clients:
            _prove_empty(repository, client)
    except RegistryTrouble as trouble:
        _note(deletion, str(trouble))
        return
    _finish(deletion)


def _is_written_by_moves(repository: Repository) -> bool:
    """Stop moves; return whether a worker may be at one, and end what it uploads just now.

    That of one that was cancelled a moment ago too. What has a problem waits, and nobody is at it.
    """
    now = timezone.now()
    writing = Q(state__in=[*COPYING_MOVES, MoveState.FLIPPED])
    cancelled = Q(state=MoveState.CLEANING, flipped_at=None, last_problem="")
    at_work = repository.moves.filter(writing | cancelled)
    at_work = at_work.filter(next_attempt_at__gt=now, next_attempt_at__lte=now + HOLDS)
    is_written = at_work.exists()
    repository.moves.filter(writing).update(
        state=MoveState.CLEANING,
        next_attempt_at=now + HOLDS,
        last_problem="the repository is being deleted",
    )
    return is_written


def _come_again(deletion: Deletion) -> None:
    deletion.next_attempt_at = timezone.now() + HOLDS
    deletion.save(update_fields=["next_attempt_at"])


def _keepers(repository: Repository) -> list[Registry]:
    """Return every registry that may have a copy: a move that is not done leaves two.

    What lay at the new one before, and no move has put there, is not ours to delete.
    """
    moves = repository.moves.exclude(state=MoveState.DONE).select_related("source", "target")
    others = [move.source for move in moves]
    others += [move.target for move in moves if move.flipped_at or move.is_target_ours]
    used = [one for one in others if one.state != RegistryState.RETIRED]
    return list(dict.fromkeys([repository.registry, *used]))


def _empty(repository: Repository, client: RegistryClient) -> None:
    """Delete the manifests known here and there, indexes before their children, then blob links."""
    for digest in _manifest_digests(repository, client):
        client.delete_manifest(digest)
    for digest in repository.blob_links.values_list("digest", flat=True):
        client.delete_blob_link(digest)


def _manifest_digests(repository: Repository, client: RegistryClient) -> list[str]:
    """Return every manifest digest: tagged ones, known ones, and what these refer to."""
    tagged = [digest for tag in client.tags() if (digest := client.digest_of(tag))]
    known = list(repository.manifests.values_list("digest", flat=True))
    found = list(dict.fromkeys(tagged + known))
    for digest in found:  # grows while it is walked: children come after their index
        document = client.manifest(digest)
        if document is not None:
            _remember(repository, digest, document)
            found += [
                child["digest"] for child in document.children if child["digest"] not in found
            ]
    return found


def _remember(repository: Repository, digest: str, document: ManifestDocument) -> None:
    Manifest.objects.get_or_create(
        repository=repository, digest=digest, defaults={"media_type": document.media_type[:255]}
    )
    remember_digests(repository, document)


def _prove_empty(repository: Repository, client: RegistryClient) -> None:
    manifests = repository.manifests.values_list("digest", flat=True)
    blobs = repository.blob_links.values_list("digest", flat=True)
    left = [digest for digest in manifests if client.has_manifest(digest)]
    left += [digest for digest in blobs if client.has_blob(digest)]
    if left or client.tags():
        message = f"{len(left)} digests are still there, {left[0] if left else 'a tag'} among them"
        raise RegistryTrouble(message)


def _note(deletion: Deletion, problem: str) -> None:
    deletion.attempts += 1
    deletion.last_problem = problem[:200]
    pause = min(timedelta(seconds=5 * 2 ** min(deletion.attempts, 12)), _LONGEST_PAUSE)
    deletion.next_attempt_at = timezone.now() + pause
    deletion.save(update_fields=["attempts", "last_problem", "next_attempt_at"])


def _finish(deletion: Deletion) -> None:
    repository = deletion.repository
    with transaction.atomic():
        repository.state = RepositoryState.DELETED
        repository.deleted_at = timezone.now()
        repository.description = repository.readme = ""
        repository.star_count = repository.pull_count = 0
        repository.topics = []
        repository.save()
        for rows in (
            repository.tags, repository.manifests, repository.blob_links, repository.grants,
            repository.stars, repository.v1_images, repository.v1_tokens, repository.watches,
            repository.webhooks, repository.retention_rules, repository.tag_deletions,
            repository.tag_changes, repository.secret_findings, repository.publishers,
        ):  # fmt: skip
            rows.all().delete()
        moves = repository.moves.filter(state__in=UNFINISHED_MOVES)
        moves.update(state=MoveState.CANCELLED, finished_at=timezone.now())
        note(ActivityKind.DELETED, repository)
        deletion.finished_at, deletion.last_problem = timezone.now(), ""
        deletion.save(update_fields=["finished_at", "last_problem"])
    recount_storage(repository.namespace_id)
