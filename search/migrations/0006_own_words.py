"""No table changes: after any migration `search.schema` is laid anew, now with one's own words by namespace."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """Lets it be laid."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("search", "0005_where_words_begin")]
    operations: ClassVar[list[object]] = []
