"""Find: repositories by what people type."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class SearchConfig(AppConfig):
    """Imports index and accounts."""

    name = "search"

    def ready(self) -> None:
        """Keep the triggers in step with the tables that they are on, and say what is looked at."""
        from search import standing  # noqa: F401 - models are ready only now

        pre_migrate.connect(_before_migrations, sender=self)
        post_migrate.connect(_after_migrations, sender=self)


def _before_migrations(plan: Any = None, **_kwargs: Any) -> None:
    from search import schema  # models are ready only now

    if plan:
        schema.take_away()


def _after_migrations(plan: Any = None, **_kwargs: Any) -> None:
    from search import drift, schema, upkeep
    from search.rebuild import patience

    if plan or not schema.is_laid():
        with patience():  # of five millions it takes longer than any other statement may
            schema.lay()
            drift.note_wrong()  # while they were away nothing was noted
    upkeep.begin()
