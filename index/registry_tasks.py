"""Background work about registries: checking them, and their garbage collection."""

from __future__ import annotations

from celery import shared_task

from index.flows.check_registry import check_registry as run_check
from index.flows.check_registry import due_registries, prune_checks
from index.flows.collect_garbage import end_silent_collections, make_collections_due
from index.models import Registry, RegistryState
from index.outbox import start_soon
from index.registry_map import count_if_due

_LONGEST_CHECK = 60  # seconds: one registry that dribbles holds one worker for no longer


@shared_task(soft_time_limit=_LONGEST_CHECK)
def check_registry(registry_id: int) -> None:
    """Look at one registry."""
    found = Registry.objects.exclude(state=RegistryState.RETIRED).filter(pk=registry_id).first()
    if found:
        run_check(found)


@shared_task
def check_registries() -> None:
    """Look at all of them, each in a task of its own."""
    for registry_id in due_registries():
        start_soon(check_registry, registry_id)


@shared_task
def prune_registry_checks() -> None:
    """Delete old checks."""
    prune_checks()


@shared_task
def look_after_collections() -> None:
    """Note which garbage collections are due, and end those that died."""
    end_silent_collections()
    make_collections_due()


@shared_task
def count_what_registries_keep() -> None:
    """Count for pages and API."""
    count_if_due()
