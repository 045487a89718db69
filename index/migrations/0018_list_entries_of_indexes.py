"""List what the image indexes that are known list, so that their parts can be asked for them."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_BATCH = 500


def fill(apps: Any, _: Any) -> None:
    """Write an entry for each child, batch by batch."""
    manifests = apps.get_model("index", "Manifest").objects
    entry_model = apps.get_model("index", "IndexEntry")
    indexes = manifests.exclude(children=[]).only("pk", "children").order_by("pk")
    after = 0
    while batch := list(indexes.filter(pk__gt=after)[:_BATCH]):
        entries = [
            entry_model(index_id=index.pk, digest=child["digest"])
            for index in batch
            for child in index.children
        ]
        entry_model.objects.bulk_create(entries, batch_size=500, ignore_conflicts=True)
        after = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("index", "0017_webhooks_feeds_and_mails")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
