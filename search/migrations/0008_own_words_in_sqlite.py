"""SQLite keeps the words of one's own apart: `search.schema` makes and fills the tables after a migration."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """Changes no model; that there is one lets the schema be laid anew."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("search", "0007_first_pages")]
    operations: ClassVar[list[object]] = []
