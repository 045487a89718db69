"""Flip the route of a moved repository: one transaction, in which our rows become what was verified."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.audit import AuditAction
from accounts.principals import Principal
from index import activity
from index.errors import RegistryTrouble
from index.flows.describe_manifest import remember_digests
from index.flows.operate import record_by_operator
from index.manifests import ManifestDocument
from index.models import (
    ActivityKind,
    Manifest,
    Move,
    MoveState,
    Repository,
    RepositoryState,
    Tag,
)
from index.moves.lease import Lease

# After which what the gateway let in before is looked for at the old registry.
FIRST_LOOK = timedelta(minutes=1)

Held = Mapping[str, ManifestDocument]


def flip_route(move: Move, lease: Lease, *, tags: dict[str, str], held: Held) -> None:
    """Send everybody to the new registry from now on. Raises Lost, or RegistryTrouble.

    Events of the old registry from before may still be on their way: they are heeded, and tell who
    pushed what stands in the rows here without a name.
    """
    with transaction.atomic():
        rows = Repository.objects.select_for_update(of=("self",))
        repository = rows.select_related("namespace").get(pk=move.repository_id)
        now = timezone.now()
        held_until = repository.writes_held_until
        if held_until is None or held_until <= now or not _is_as_it_was(move, repository):
            message = "the last of it took too long; pushes were let in again"
            raise RegistryTrouble(message)
        lease.write(
            state=MoveState.FLIPPED,
            flipped_at=now,
            next_attempt_at=now + FIRST_LOOK,
            attempts=0,
            last_problem="",
            tags_then=tags,
            manifests_then=list(held),
        )
        record_manifests(repository, held, move=move)
        point_tags(repository, tags, move=move)
        _forget_tags(repository, but=set(tags))
        repository.registry = move.target
        repository.writes_held_until = None
        repository.save(update_fields=["registry", "writes_held_until"])
        _tell(move, repository)


def _tell(move: Move, repository: Repository) -> None:
    by = Principal(move.requested_by) if move.requested_by else None
    record_by_operator(
        AuditAction.REPOSITORY_MOVED,
        repository.name,
        by=by,
        namespace=repository.namespace,
        old_registry=move.source.name,
        registry=move.target.name,
    )
    activity.note(
        ActivityKind.MOVED,
        repository,
        by=by,
        registry=move.target.name,
        old_registry=move.source.name,
    )


def record_manifests(repository: Repository, held: Held, *, move: Move) -> None:
    """Let rows say of manifests that we were not told of yet."""
    known = set(repository.manifests.values_list("digest", flat=True))
    new = {digest: document for digest, document in held.items() if digest not in known}
    Manifest.objects.bulk_create(
        [
            Manifest(
                repository=repository,
                digest=digest,
                media_type=document.media_type[:255],
                pushed_at=move.requested_at,
            )
            for digest, document in new.items()
        ],
        ignore_conflicts=True,
    )
    for document in new.values():
        remember_digests(repository, document)


def point_tags(repository: Repository, tags: Mapping[str, str], *, move: Move) -> None:
    """Let tags point where they do; whose push that was its notification says, if it comes yet."""
    rows = dict(repository.tags.values_list("name", "manifest__digest"))
    wrong = {tag: digest for tag, digest in tags.items() if rows.get(tag) != digest}
    found = repository.manifests.filter(digest__in=set(wrong.values()))
    manifests = {manifest.digest: manifest for manifest in found}
    for tag, digest in wrong.items():
        unknown = {"pushed_by": None, "pushed_by_robot": None, "built_by": None, "pushed_with": ""}
        Tag.objects.update_or_create(
            repository=repository,
            name=tag,
            defaults={"manifest": manifests[digest], **unknown},
            create_defaults={"manifest": manifests[digest], "pushed_at": move.requested_at},
        )


def _forget_tags(repository: Repository, *, but: set[str]) -> None:
    """Drop rows of tags that are not there: what was to say so has been lost, or comes yet."""
    gone = [pk for pk, name in repository.tags.values_list("pk", "name") if name not in but]
    Tag.objects.filter(pk__in=gone).delete()


def _is_as_it_was(move: Move, repository: Repository) -> bool:
    is_there = repository.state == RepositoryState.ACTIVE
    return is_there and repository.registry_id == move.source_id
