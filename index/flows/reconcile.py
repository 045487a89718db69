"""Walk through a registry and note where it differs from the index. Nothing is changed or deleted by it.

First the catalog, for repositories that are not known here; then the tags of those that are. What was
looked at is kept after each page and each repository, so a killed worker's successor goes on there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone

from accounts.audit import AuditAction
from accounts.principals import Principal
from index.errors import RegistryRefused, RegistryTrouble
from index.flows.decide_differences import accept_by_rules
from index.flows.leave_changing_tags import leave_changing_tags
from index.flows.operate import check_operator, record_by_operator
from index.models import (
    Move,
    MoveState,
    Reconciliation,
    Registry,
    RegistryState,
    Repository,
    RepositoryState,
    WalkPhase,
)
from index.models.move import COPYING_MOVES
from index.probing.tokens import PROBE_REPOSITORY
from index.reconciling.catalog import RegistryCatalog
from index.reconciling.compare import Found, compare_tags
from index.reconciling.pace import Pace
from index.reconciling.record import end_unknown, record_tags, record_unknown
from index.registry_client import RegistryClient
from index.registry_connection import Session, new_session
from index.settling import let_settle

STEP = 25.0  # seconds of work before others have their turn
_LEASE = timedelta(minutes=15)
_LONGEST_PAUSE = timedelta(hours=1)
_BATCH = 200
_MOST_LOOKS = 10  # at an inbox that is not empty


def start_reconciliation(registry: Registry, *, by: Principal | None) -> Reconciliation:
    """Begin a walk. Raises Denied, and RegistryRefused where one is under way or it is retired."""
    check_operator(by, "registries")
    if registry.state == RegistryState.RETIRED:
        message = f"{registry} is retired: it is asked nothing"
        raise RegistryRefused(message)
    try:
        with transaction.atomic():
            walk = Reconciliation.objects.create(
                registry=registry, requested_by=by.user if by else None
            )
            record_by_operator(AuditAction.RECONCILIATION_STARTED, registry.name, by=by)
    except IntegrityError as error:
        message = f"{registry} is being reconciled already"
        raise RegistryRefused(message) from error
    return walk


def start_due_reconciliations() -> None:
    """Begin a walk through each registry that was not walked through for the time that is set."""
    if not settings.RECONCILE_HOURS:
        return
    late = timezone.now() - timedelta(hours=settings.RECONCILE_HOURS)
    in_use = Registry.objects.exclude(state=RegistryState.RETIRED)
    for registry in in_use.annotate(last=Max("reconciliations__started_at")):
        last = registry.last
        is_due = (last or registry.created_at) < late
        if is_due and not registry.reconciliations.filter(finished_at=None).exists():
            Reconciliation.objects.bulk_create(
                [Reconciliation(registry=registry)], ignore_conflicts=True
            )


def claim(walk_id: int) -> Reconciliation | None:
    """Return the walk if it is due, and keep others from it for a quarter of an hour (L10)."""
    now = timezone.now()
    due = Reconciliation.objects.filter(pk=walk_id, finished_at=None, next_attempt_at__lte=now)
    if not due.update(next_attempt_at=now + _LEASE):
        return None
    return Reconciliation.objects.select_related("registry").get(pk=walk_id)


def continue_reconciliation(
    walk: Reconciliation, *, seconds: float = STEP, rest: float = 1
) -> None:
    """Go on for so long; what goes wrong is noted and tried again later, ever more rarely."""
    pace = Pace(seconds=seconds, rest=rest)
    try:
        with new_session() as session:
            while walk.finished_at is None and not pace.is_over():
                _STEPS[walk.phase](walk, pace, session)
                _keep(walk)
    except RegistryTrouble as trouble:
        _put_off(walk, str(trouble))
        return
    walk.attempts, walk.last_problem = 0, ""
    walk.next_attempt_at = timezone.now()
    _keep(walk)


def _look_at_catalog(walk: Reconciliation, pace: Pace, session: Session) -> None:
    """Note what on one page of the catalog is not known here; empty leftovers are nothing."""
    catalog = RegistryCatalog(walk.registry, "", session=session)
    page = pace.ask(catalog.page, walk.last_name)
    known = _known_names(walk.registry, page.names)
    counts: dict[str, int] = {}
    for name in page.names:
        if name in known:
            continue
        client = RegistryClient(walk.registry, name, session=session)
        count = len(pace.ask(client.tags))
        if count:
            counts[name] = count
    record_unknown(walk.registry, counts)
    walk.repositories_seen += len(counts)
    walk.tags_seen += sum(counts.values())
    accept_by_rules(walk.registry)
    if page.next_after:
        walk.last_name = page.next_after
        return
    end_unknown(walk.registry, not_seen_since=walk.started_at)
    walk.phase = WalkPhase.REPOSITORIES


def _look_at_repositories(walk: Reconciliation, pace: Pace, session: Session) -> None:
    """Compare the tags of the next repositories that are known here, in the order of their numbers."""
    kept = Repository.objects.live().filter(registry=walk.registry, pk__gt=walk.last_repository)
    batch = list(kept.order_by("pk")[:_BATCH])
    for repository in batch:
        record_tags(
            walk.registry, repository.stored_name, _compare(walk, repository, pace, session)
        )
        walk.last_repository = repository.pk
        walk.repositories_seen += 1
        if pace.is_over():
            break
    accept_by_rules(walk.registry)
    if not batch:
        walk.finished_at = timezone.now()


def _compare(
    walk: Reconciliation, repository: Repository, pace: Pace, session: Session
) -> list[Found]:
    """Return what differs still when what the registry said until now has been applied."""
    client = RegistryClient(walk.registry, repository.stored_name, session=session)
    there = _tags_there(client, pace)
    walk.tags_seen += len(there)
    found = _differing(repository, there)
    if found:
        let_settle(walk.registry, pause=pace.pause, most_looks=_MOST_LOOKS)
        found = _differing(repository, _tags_there(client, pace))
    return found


def _tags_there(client: RegistryClient, pace: Pace) -> dict[str, str]:
    names = pace.ask(client.tags)
    digests = {name: pace.ask(client.digest_of, name) for name in names}
    return {name: digest for name, digest in digests.items() if digest}


def _differing(repository: Repository, there: dict[str, str]) -> list[Found]:
    """Compare what is neither being taken off nor put back just now."""
    with transaction.atomic():
        Repository.objects.locked().get(pk=repository.pk)
        here = dict(repository.tags.values_list("name", "manifest__digest"))
        going = there.keys() - leave_changing_tags(repository, there)
    found = compare_tags(there=there, here=here)
    return [one for one in found if one.tag not in going]


def _known_names(registry: Registry, names: list[str]) -> set[str]:
    """Return those of the names that are no news: kept, on their way out, or a copy of a move."""
    here = Repository.objects.filter(stored_name__in=names)
    kept = here.filter(registry=registry).exclude(state=RepositoryState.DELETED)
    away = Q(source=registry, state__in=[MoveState.FLIPPED, MoveState.CLEANING])
    moving = away | Q(target=registry, state__in=[*COPYING_MOVES, MoveState.CLEANING])
    copies = Move.objects.filter(moving, repository__stored_name__in=names)
    return {
        PROBE_REPOSITORY,
        *kept.values_list("stored_name", flat=True),
        *copies.values_list("repository__stored_name", flat=True),
    }


def _put_off(walk: Reconciliation, problem: str) -> None:
    pause = min(timedelta(seconds=5 * 2 ** min(walk.attempts, 12)), _LONGEST_PAUSE)
    walk.attempts += 1
    walk.last_problem, walk.next_attempt_at = problem[:200], timezone.now() + pause
    _keep(walk)


def _keep(walk: Reconciliation) -> None:
    walk.save(update_fields=[*_KEPT])


_KEPT = (
    "phase", "last_name", "last_repository", "repositories_seen", "tags_seen", "attempts",
    "next_attempt_at", "last_problem", "finished_at",
)  # fmt: skip
_Step = Callable[[Reconciliation, Pace, Session], None]
_STEPS: dict[str, _Step] = {
    WalkPhase.CATALOG: _look_at_catalog,
    WalkPhase.REPOSITORIES: _look_at_repositories,
}
