"""Apply what a registry tells: pushes, pulls and deletes become tags, manifests and counters.

The result must not depend on order or repetition (case 33): an event is applied once by its id,
and a tag follows the push with the latest time. Events come in batches, for pulls come in floods.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from django.db import connection, transaction
from django.utils import timezone

from accounts.statements import moment
from index.batches import run_for_rows
from index.flows.apply_pushes import BRINGS_CONTENT, Pushes, keep_digest
from index.flows.count_pulls import Counts, remember_events
from index.models import (
    Deletion,
    Manifest,
    Move,
    MoveState,
    Registry,
    Repository,
    RepositoryState,
)
from index.registry_client import INDEX_SUBJECT
from index.registry_events import Event

_CLOCK_SKEW = timedelta(minutes=2)  # an event older than this belongs to an earlier repository

_FIND = """
SELECT registry_id, stored_name, id, created_at FROM index_repository
WHERE stored_name IN (SELECT value FROM {texts}) AND state <> 'deleted' ORDER BY id
"""

Told = tuple[int, Event]  # by which registry
Kept = dict[tuple[int, str], tuple[int, datetime, datetime | None]]  # number, birth, moved away


@dataclass(slots=True)
class Applied:
    """What is left to do after the commit."""

    manifests: list[Manifest] = field(default_factory=list)  # not described yet
    namespaces: set[int] = field(default_factory=set)  # that got or lost something


def apply_event(event: Event, registry: Registry) -> Manifest | None:
    """Apply one event; return a manifest that has yet to be described, if the event brought one."""
    return next(iter(apply_events([(registry.pk, event)]).manifests), None)


def apply_events(told: Sequence[Told]) -> Applied:
    """Apply events in one transaction, with a handful of statements for all pulls together.

    Ignored: an event seen before, one about a repository that is not kept by this registry (it
    creates nothing and grants nothing: case 32), and our own requests.
    """
    heard = [(registry, event) for registry, event in told if event.actor != INDEX_SUBJECT]
    if not heard:
        return Applied()
    with transaction.atomic():
        kept = _lock_repositories(heard)
        new = _new_events(heard, _with_moved_away(heard, kept))
        counts = Counts()
        pushes = Pushes(_load(new), counts)
        for repository, event in new:
            if event.action != "pull":
                pushes.apply(event, repository)
            else:
                counts.add_pull(repository, digest=event.digest, tag=event.tag, at=event.at)
        pushes.write()
        counts.write()
        return Applied(pushes.undescribed, pushes.namespaces())


def _lock_repositories(told: Sequence[Told]) -> Kept:
    """Return number and birth of what is there, by registry and name; locked in one order."""
    lock = "FOR NO KEY UPDATE" if connection.features.has_select_for_update else ""
    rows = run_for_rows(_FIND + lock, sorted({event.repository for _, event in told}))
    return {(registry, name): (pk, moment(born), None) for registry, name, pk, born in rows}


def _with_moved_away(told: Sequence[Told], kept: Kept) -> Kept:
    """Add repositories that were moved away: until the flip their old registry is heeded.

    What it tells late says who pushed, and counts; their rows are locked already, under the new place.
    """
    strange = {(registry, event.repository) for registry, event in told} - kept.keys()
    if not strange:
        return kept
    moves = Move.objects.filter(
        state__in=[MoveState.FLIPPED, MoveState.CLEANING],
        flipped_at__isnull=False,
        source__in={registry for registry, _ in strange},
        repository__stored_name__in={name for _, name in strange},
        repository__in=[pk for pk, *_ in kept.values()],
    )
    fields = ("source", "repository__stored_name", "repository", "repository__created_at")
    away = {
        (registry, name): (pk, born, flipped)
        for registry, name, pk, born, flipped in moves.values_list(*fields, "flipped_at")
    }
    return {**away, **kept}


def _new_events(told: Sequence[Told], kept: Kept) -> list[tuple[int, Event]]:
    """Return what is to be applied, and to which repository; each event once by its id."""
    heeded = []
    for registry, event in told:
        found = kept.get((registry, event.repository))
        if found is None:
            _reopen_deletion(event, registry)
        elif event.at >= found[1] - _CLOCK_SKEW and not (found[2] and event.at > found[2]):
            heeded.append((registry, found[0], event))
    now = timezone.now()
    new = {
        registry: remember_events(registry, {event.event_id for *_, event in of}, now=now)
        for registry, of in groupby(sorted(heeded, key=itemgetter(0)), key=itemgetter(0))
    }
    found_new = []
    for registry, repository, event in heeded:
        if event.event_id in new[registry]:
            new[registry].remove(event.event_id)
            found_new.append((repository, event))
    return found_new


def _load(new: Sequence[tuple[int, Event]]) -> dict[int, Repository]:
    changed = {repository for repository, event in new if event.action != "pull"}
    return Repository.objects.in_bulk(changed) if changed else {}


def _reopen_deletion(event: Event, registry: int) -> None:
    """Let the deletion go on when an upload ended after the repository was proven to be empty."""
    if event.action not in BRINGS_CONTENT or not event.digest:
        return
    deletion = Deletion.objects.filter(
        repository__stored_name=event.repository,
        repository__registry=registry,
        repository__state=RepositoryState.DELETED,
    ).last()
    now = timezone.now()
    if deletion is None or not remember_events(registry, [event.event_id], now=now):
        return
    keep_digest(event, deletion.repository)
    Repository.objects.filter(pk=deletion.repository_id).update(state=RepositoryState.DELETING)
    Deletion.objects.filter(pk=deletion.pk).update(finished_at=None, next_attempt_at=now)
