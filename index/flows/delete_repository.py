"""Delete a repository: closed at once, then emptied in its registry, then proven to be empty.

Registries have no call for it (F3): manifests and blob links are deleted one by one, in this
repository only, so what others share stays. It is called deleted when a HEAD of every digest ever
seen has answered 404.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.audit import AuditAction, record
from accounts.principals import Principal
from index.errors import Denied, RegistryTrouble
from index.flows.describe_manifest import remember_digests
from index.flows.quotas import recount_storage
from index.manifests import ManifestDocument
from index.models import Deletion, Manifest, Repository, RepositoryState
from index.policy import administers
from index.registry_client import RegistryClient

_LEASE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=1)


def request_deletion(repository: Repository, *, by: Principal) -> Deletion:
    """Close the repository now and note the intent; a task does the rest. Raises Denied.

    Once more is the same deletion.
    """
    if not administers(by, repository):
        message = f"'{by.name}' may not delete {repository}"
        raise Denied(message)
    with transaction.atomic():
        live = Repository.objects.live().filter(pk=repository.pk)
        live.update(state=RepositoryState.DELETING)
        deletion, is_new = Deletion.objects.get_or_create(
            repository=repository, defaults={"requested_by": by.user}
        )
        if is_new:
            record(
                AuditAction.REPOSITORY_DELETED,
                by=by,
                namespace=repository.namespace,
                target=repository.name,
            )
    return deletion


def claim(deletion_id: int) -> Deletion | None:
    """Return the deletion if it is due, and keep others from it for five minutes (L10)."""
    now = timezone.now()
    due = Deletion.objects.filter(pk=deletion_id, finished_at=None, next_attempt_at__lte=now)
    if not due.update(next_attempt_at=now + _LEASE):
        return None
    return Deletion.objects.select_related("repository__registry").get(pk=deletion_id)


def continue_deletion(deletion: Deletion) -> None:
    """Do what is left; whatever goes wrong is noted and tried again later, ever more rarely."""
    repository = deletion.repository
    client = RegistryClient(repository.registry, repository.stored_name)
    try:
        _empty(repository, client)
        _prove_empty(repository, client)
    except RegistryTrouble as trouble:
        _note(deletion, str(trouble))
        return
    _finish(deletion)


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
        repository.save()
        for rows in (
            repository.tags, repository.manifests, repository.blob_links, repository.grants,
            repository.stars, repository.v1_images, repository.v1_tokens,
        ):  # fmt: skip
            rows.all().delete()
        deletion.finished_at, deletion.last_problem = timezone.now(), ""
        deletion.save(update_fields=["finished_at", "last_problem"])
    recount_storage(repository.namespace_id)
