"""The schema of the release before this one: code that knows it must be able to run on the present one.

While a new release starts, app servers of the one before still answer. So a release only adds: what it
no longer needs is dropped by the next. There was no release yet; this stands for one, and moves on
with each.
"""

from __future__ import annotations

from pathlib import Path

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

EARLIER = {
    "accounts": "0012_choose_a_language",
    "index": "0016_take_reports",
    "search": "0007_first_pages",
    "tokenauth": "0004_key_probe",
}


def earlier_state() -> ProjectState:
    """Return the models of then."""
    return MigrationLoader(None).project_state(list(EARLIER.items()))


def present_state() -> ProjectState:
    """Return those of now."""
    return MigrationLoader(None).project_state()


def added_since() -> list[Path]:
    """Return the files of the migrations since then, below the checkout."""
    graph = MigrationLoader(None).graph
    known = {node for target in EARLIER.items() for node in graph.forwards_plan(target)}
    added = sorted(node for node in set(graph.nodes) - known if node[0] in EARLIER)
    return [Path(app, "migrations", f"{name}.py") for app, name in added]
