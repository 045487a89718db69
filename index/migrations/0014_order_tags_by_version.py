"""Give the tags that are there what they are ordered by as versions."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from index.tag_versions import version_key

_BATCH = 2_000


def fill(apps: Any, _: Any) -> None:
    """Compute the key of each name, batch by batch."""
    tag_model = apps.get_model("index", "Tag")
    tags = tag_model.objects.only("pk", "name").order_by("pk")
    after = 0
    while batch := list(tags.filter(pk__gt=after)[:_BATCH]):
        for tag in batch:
            tag.version_key = version_key(tag.name)
        tag_model.objects.bulk_update(batch, ["version_key"], batch_size=500)
        after = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("index", "0013_keep_contents_of_manifests")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
