"""Background work for the index. Each task may run twice without harm."""

from __future__ import annotations

from contextlib import suppress

from celery import shared_task

from search import drift, upkeep
from search.backends import choice
from search.rebuild import Overtaken, rebuild_index
from search.standing import note_drift


@shared_task
def apply_changes() -> None:
    """Bring entries up to date with what was committed."""
    if upkeep.apply_changes():
        upkeep.merge_new()


@shared_task
def look_for_pulls() -> None:
    """Let popularity follow the pulls."""
    upkeep.look_for_pulls()


@shared_task
def check_index() -> None:
    """Mend what is wrong; where much is, make the index anew."""
    found = drift.check_index()
    note_drift(found)
    if found.is_bad:
        with suppress(Overtaken):
            rebuild_index()
    else:
        drift.mend(found)


@shared_task
def send_to_opensearch() -> None:
    """Bring OpenSearch up to date, where it is used; what it cannot take now comes next time."""
    if engine := choice.opensearch():
        engine.keep_up()


@shared_task
def check_opensearch() -> None:
    """Look at a sample of what OpenSearch has, and mend what is wrong."""
    if engine := choice.opensearch():
        engine.check()
