"""Bring over what the old registry took after the flip: pushes that the gateway had let in before."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from index.errors import RegistryTrouble
from index.flows.record_moved import MovedRows, describe_again, point_tags
from index.models import Move, Repository, RepositoryState
from index.moves.lease import Lease
from index.moves.old_copy import late_tags
from index.moves.passes import Mover, tags_at
from index.registry_client import RegistryClient

_GOING = (RepositoryState.DELETING, RepositoryState.DELETED)


def bring_late_pushes(move: Move, lease: Lease) -> None:
    """Copy them to where the repository is kept by now; a later push there stays.

    Into what is being deleted nothing is brought: its copies are proven to be gone one by one.
    """
    repository = Repository.objects.select_related("registry").get(pk=move.repository_id)
    if repository.state in _GOING or repository.registry_id == move.source_id:
        return
    here = RegistryClient(move.source, repository.stored_name)
    there = RegistryClient(repository.registry, repository.stored_name)
    lease.writes_to = repository.registry_id
    rows = MovedRows(repository, pushed_at=move.requested_at)
    mover = Mover(
        repository, here, there, on_progress=lease.renew, check=lease.check, on_held=rows.add
    )
    begun = timezone.now()
    late = late_tags(move, tags_at(here, lease.renew))
    if late:
        brought = mover.bring(late, unless_changed_since=move.tags_then)
        rows.write()
        with lease.transaction():  # at once: more may be copied for minutes
            locked = _write_down(move, lease, repository, mover.report.held)
            lease.write(tags_then=move.tags_then | late)
            point_tags(locked, brought, pushed_at=move.requested_at, unless_changed_since=begun)
    # Their notifications came after the flip: no tag led to them, and no row.
    mover.bring_untagged(but=set(move.manifests_then))
    rows.write()
    if mover.report.held:
        _write_down(move, lease, repository, mover.report.held)


def _write_down(
    move: Move, lease: Lease, repository: Repository, held: Iterable[str]
) -> Repository:
    """Note manifests that came over; return the repository's row, which is locked."""
    with lease.transaction():
        locked = Repository.objects.locked().get(pk=repository.pk)
        if locked.registry_id != repository.registry_id:
            message = "the repository was moved on meanwhile: what came late goes there"
            raise RegistryTrouble(message)
        lease.write(manifests_then=list(dict.fromkeys([*move.manifests_then, *held])))
        describe_again(locked, held)
    return locked
