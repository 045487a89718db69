"""Flip the route of a moved repository: one transaction, in which our rows become what was verified."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from accounts.audit import AuditAction
from accounts.principals import Principal
from index import activity
from index.errors import RegistryTrouble
from index.flows.operate import record_by_operator
from index.flows.record_moved import forget_tags, point_tags
from index.flows.request_move import check_still_possible
from index.models import ActivityKind, Move, MoveState, Repository, RepositoryState
from index.moves.lease import Lease

# After which what the gateway let in before is looked for at the old registry.
FIRST_LOOK = timedelta(minutes=1)


def flip_route(move: Move, lease: Lease, *, tags: dict[str, str], held: Iterable[str]) -> None:
    """Send everybody to the new registry from now on. Raises Lost, RegistryTrouble or MoveRefused.

    `held` are digests of every manifest, whose rows are there already. Events of the old registry
    from before may still be on their way: they are heeded, and tell who pushed what stands in the
    rows here without a name.
    """
    with lease.transaction():
        rows = Repository.objects.locked().select_related("namespace")
        repository = rows.get(pk=move.repository_id)
        now, held_until = timezone.now(), repository.writes_held_until
        if repository.state != RepositoryState.ACTIVE or repository.registry_id != move.source_id:
            message = "the repository was deleted meanwhile, or is kept elsewhere"
            raise RegistryTrouble(message)
        if held_until is None or held_until <= now:
            raise _too_late()
        check_still_possible(move)
        lease.write(
            state=MoveState.FLIPPED,
            flipped_at=now,
            next_attempt_at=now + FIRST_LOOK,
            attempts=0,
            last_problem="",
            tags_then=tags,
            manifests_then=list(held),
        )
        point_tags(repository, tags, pushed_at=move.requested_at)
        forget_tags(repository, but=set(tags))
        repository.registry = move.target
        repository.writes_held_until = None
        repository.save(update_fields=["registry", "writes_held_until"])
        _tell(move, repository)
        # The gateway looks at the clock alone: what it let in while we wrote is at the old registry.
        if held_until <= timezone.now():
            raise _too_late()


def _too_late() -> RegistryTrouble:
    return RegistryTrouble("the last of it took too long; pushes were let in again")


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
