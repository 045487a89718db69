"""Go on with what was asked of a repository's tags: one worker at a time for each repository."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from index.errors import RegistryTrouble
from index.flows.purge_tags import purge
from index.flows.take_off_tag import put_back, settle, take_off
from index.models import Repository, RepositoryMode, RepositoryState, TagDeletion
from index.models.move import COPYING_MOVES
from index.models.retention_rule import UNFINISHED_TAG_DELETIONS, TagDeletionState
from index.registry_client import RegistryClient

_LEASE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=1)
_LATER = timedelta(minutes=1)
_MOST_AT_ONCE = 200
_MOST_PURGED = 5_000

Step = Callable[[TagDeletion, RegistryClient], None]
_STEPS: dict[str, Step] = {
    TagDeletionState.UNTAGGING: take_off,
    TagDeletionState.TRASHED: settle,
    TagDeletionState.RESTORING: put_back,
}


def due(now: datetime) -> QuerySet[TagDeletion]:
    """Return what has something to do."""
    unfinished = TagDeletion.objects.filter(
        state__in=UNFINISHED_TAG_DELETIONS, next_attempt_at__lte=now
    )
    return unfinished.filter(repository__state=RepositoryState.ACTIVE)


def due_repositories() -> list[int]:
    """Return where something is due, the longest waiting first."""
    rows = due(timezone.now()).order_by("next_attempt_at").values_list("repository_id", flat=True)
    return list(dict.fromkeys(rows[:_MOST_AT_ONCE]))


def continue_tag_deletions(repository_id: int) -> None:
    """Do what is due; whatever goes wrong is noted and tried again later, ever more rarely."""
    claimed = _claim(repository_id)
    if not claimed:
        return
    repository = claimed[0].repository
    client = RegistryClient(repository.registry, repository.stored_name)
    purging = [one for one in claimed if one.state == TagDeletionState.PURGING]
    for deletion in claimed:
        step = _STEPS.get(deletion.state)
        if step:
            _try([deletion], partial(_take, step, deletion, client))
    if purging:
        _try(purging, partial(purge, repository, purging, client))


def _claim(repository_id: int) -> list[TagDeletion]:
    """Take what is due, and keep others from it for five minutes; what is purged cannot come back.

    While a move or a garbage collection writes there, and in what is archived or frozen, nothing is done.
    """
    now = timezone.now()
    with transaction.atomic():
        rows = Repository.objects.locked().select_related("registry", "namespace")
        repository = rows.filter(pk=repository_id).first()
        mine = due(now).filter(repository=repository_id)
        if repository is None:
            return []
        if _is_held(repository, now):
            mine.update(next_attempt_at=now + _LATER)
            return []
        over = Q(state=TagDeletionState.TRASHED, purge_after__lte=now)
        if repository.mode == RepositoryMode.OPEN and not repository.namespace.frozen_at:
            mine.filter(over).update(state=TagDeletionState.PURGING)
        else:
            mine.filter(over).update(next_attempt_at=now + _LONGEST_PAUSE)
        waiting = mine.order_by("next_attempt_at", "pk")
        purging = Q(
            state=TagDeletionState.PURGING
        )  # together: the registry is asked for all its tags
        claimed = [
            *waiting.exclude(purging)[:_MOST_AT_ONCE],
            *waiting.filter(purging)[:_MOST_PURGED],
        ]
        claimed_ids = [one.pk for one in claimed]
        TagDeletion.objects.filter(pk__in=claimed_ids).update(next_attempt_at=now + _LEASE)
        for one in claimed:
            one.repository = repository
        return claimed


def _take(step: Step, deletion: TagDeletion, client: RegistryClient) -> None:
    """Take the step, unless others came before that took so long that a move began meanwhile."""
    claimed = deletion.repository
    now = Repository.objects.select_related("registry").get(pk=claimed.pk)
    if now.registry_id != claimed.registry_id or _is_held(now, timezone.now()):
        message = f"{claimed} is being moved"
        raise RegistryTrouble(message)
    # Whoever asked for it back meanwhile has a worker of their own.
    if TagDeletion.objects.filter(pk=deletion.pk, state=deletion.state).exists():
        step(deletion, client)


def _is_held(repository: Repository, now: datetime) -> bool:
    held = (repository.writes_held_until, repository.registry.writes_held_until)
    if any(until and until > now for until in held):
        return True
    return repository.moves.filter(state__in=COPYING_MOVES).exists()


def _try(deletions: list[TagDeletion], do: Callable[[], None]) -> None:
    try:
        do()
    except RegistryTrouble as trouble:
        now = timezone.now()
        for deletion in deletions:
            deletion.attempts += 1
            pause = min(timedelta(seconds=5 * 2 ** min(deletion.attempts, 12)), _LONGEST_PAUSE)
            TagDeletion.objects.filter(pk=deletion.pk, state=deletion.state).update(
                attempts=deletion.attempts,
                last_problem=str(trouble)[:200],
                next_attempt_at=now + pause,
            )
