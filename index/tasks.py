"""Background work. Arguments are ids alone; each task may run twice without harm."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from index import (  # noqa: F401 - celery finds what this module imports
    deletion_tasks,
    denials,
    event_tasks,
    move_tasks,
    news_tasks,
    promotion_tasks,
    reconcile_tasks,
    registry_tasks,
)
from index.flows.check_secrets import tell_admins
from index.flows.delete_repository import claim
from index.flows.delete_repository import continue_deletion as run_deletion
from index.flows.end_grants import forget_the_past, grants_that_end_soon, warn_of_end
from index.flows.receive_notification import describe_if_reachable
from index.flows.request_access import announce_request
from index.models import (
    AccessRequest,
    Deletion,
    Manifest,
    RepositoryState,
    SecretFinding,
    V1Token,
)
from index.pull_counts import forget_the_past as forget_pull_counts
from index.trash import kept_frozen

_BATCH = 500
_FEW = 50  # of what nobody waits for
_LATE = timedelta(seconds=30)


@shared_task
def sweep_manifests() -> None:
    """Describe pushed manifests that a registry has kept from us so far, the longest due first."""
    due = Manifest.objects.filter(described_at=None, describe_after__lte=timezone.now())
    live = due.filter(repository__state=RepositoryState.ACTIVE)
    for manifest in live.select_related("repository__registry").order_by("describe_after")[:_BATCH]:
        describe_if_reachable(manifest)


@shared_task
def read_old_manifests() -> None:
    """Read, few at a time, what was described before the documents themselves were kept."""
    due = Manifest.objects.filter(
        described_at__isnull=False, contents="", describe_after__lte=timezone.now()
    )
    live = due.filter(repository__state=RepositoryState.ACTIVE)
    for manifest in live.select_related("repository__registry").order_by("describe_after")[:_FEW]:
        describe_if_reachable(manifest)


@shared_task
def continue_deletion(deletion_id: int) -> None:
    """Go on with one deletion, unless another worker is at it."""
    deletion = claim(deletion_id)
    if deletion:
        run_deletion(deletion)


@shared_task
def sweep_deletions() -> None:
    """Go on with every deletion that is due."""
    now = timezone.now()
    due = Deletion.objects.filter(finished_at=None, next_attempt_at__lte=now, purge_after__lte=now)
    due = due.exclude(kept_frozen())
    for deletion_id in due.values_list("pk", flat=True)[:_BATCH]:
        continue_deletion(deletion_id)


@shared_task
def prune_v1_tokens() -> None:
    """Delete used-up v1 tokens."""
    V1Token.objects.filter(expires_at__lt=timezone.now()).delete()


@shared_task
def prune_pull_counts() -> None:
    """Delete what was counted without Redis and counts no more."""
    forget_pull_counts()


@shared_task
def prune_denials() -> None:
    """Delete denials that are older than they are kept."""
    denials.prune()


@shared_task
def announce_access_request(request_id: int) -> None:
    """Mail those who can answer."""
    announce_request(request_id)


@shared_task
def sweep_access_requests() -> None:
    """Announce what a lost message left unannounced."""
    late = timezone.now() - _LATE
    waiting = AccessRequest.objects.filter(announced_at=None, decided_at=None, created_at__lt=late)
    for request_id in waiting.order_by("pk").values_list("pk", flat=True)[:_BATCH]:
        announce_request(request_id)


@shared_task
def warn_of_ending_grants() -> None:
    """Mail grantees and admins a week before a role ends; delete what ended long ago."""
    for grant_id in grants_that_end_soon()[:_BATCH]:
        warn_of_end(grant_id)
    forget_the_past()


@shared_task
def tell_of_secrets() -> None:
    """Mail the admins of repositories in which secrets were found; those of one push together."""
    untold = SecretFinding.objects.filter(told_at=None).order_by("repository")
    for repository_id in untold.values_list("repository", flat=True).distinct()[:_BATCH]:
        tell_admins(repository_id)
