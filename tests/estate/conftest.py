"""The file of an estate that is not there any more."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction

from accounts.models import Namespace
from accounts.models.namespace import ROOT_NAMESPACE
from config.estate.exporting import export
from tests.estate.estate import make_estate

_made: list[bytes] = []


@pytest.fixture
def estate(db: None, tmp_path: Path) -> Path:
    """Return the file, with credentials; what it is about is made once and taken back."""
    Namespace.objects.get_or_create(name=ROOT_NAMESPACE)
    file = tmp_path / "estate.jsonl"
    if not _made:
        with transaction.atomic():
            make_estate()
            export(file, credentials=True)
            transaction.set_rollback(True)
        _made.append(file.read_bytes())
    file.write_bytes(_made[0])
    return file
