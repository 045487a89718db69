"""Migrations: complete, and reversible."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.django_db
def test_there_is_one_line_of_migrations_per_app() -> None:
    assert MigrationLoader(connection).detect_conflicts() == {}
