"""Words know where their first page ends; what else is kept of entries changed with it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models


def _empty(apps: Any, schema_editor: Any) -> None:
    """Let PostgreSQL index everything anew: entries of before lack the lexemes of groups of buckets."""
    if schema_editor.connection.vendor != "postgresql":
        return
    for slot in ("a", "b"):
        tables = ", ".join(f"search_{kind}_{slot}" for kind in ("entry", "word", "variant"))
        schema_editor.execute(f"TRUNCATE {tables}")
        for name in ("0", "1", "2", "own"):
            schema_editor.execute(f"DROP INDEX IF EXISTS search_{slot}{name}")
    apps.get_model("search", "SearchLoss").objects.all().delete()
    apps.get_model("search", "SearchState").objects.update(bounds=[], frequent=[])


class Migration(migrations.Migration):
    """Adds a column; after any migration `search.schema` is laid anew, and what is missing is noted."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("search", "0006_own_words")]
    operations: ClassVar[list[object]] = [
        migrations.AddField(
            model_name=name,
            name="page",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        )
        for name in ("worda", "wordb")
    ] + [migrations.RunPython(_empty, migrations.RunPython.noop)]
