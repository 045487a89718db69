"""Give tags what they are ordered by, list what image indexes list, forget bodies that were applied."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from index.tag_versions import version_key

_BATCH = 2_000


def order_tags(apps: Any, _: Any) -> None:
    """Compute the key of each tag's name, batch by batch."""
    tag_model = apps.get_model("index", "Tag")
    tags = tag_model.objects.only("pk", "name").order_by("pk")
    after = 0
    while batch := list(tags.filter(pk__gt=after)[:_BATCH]):
        for tag in batch:
            tag.version_key = version_key(tag.name)
        tag_model.objects.bulk_update(batch, ["version_key"], batch_size=500)
        after = batch[-1].pk


def list_children(apps: Any, _: Any) -> None:
    """Write an entry for each child of an image index, batch by batch."""
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


def forget_applied(apps: Any, _: Any) -> None:
    """Delete in one statement what is no longer kept: there are three days of them."""
    apps.get_model("index", "Notification").objects.filter(state="applied").delete()


class Migration(migrations.Migration):
    dependencies = [("index", "0012_whole_life_of_repositories")]

    operations = [
        migrations.RunPython(order_tags, migrations.RunPython.noop),
        migrations.RunPython(list_children, migrations.RunPython.noop),
        migrations.RunPython(forget_applied, migrations.RunPython.noop),
    ]
