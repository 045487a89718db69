"""Indexes of some rows only are of no use to SQLite where the value is a parameter."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("index", "0022_follow_what_images_say")]

    operations = [
        migrations.RemoveIndex(model_name="manifest", name="manifest_referrers"),
        migrations.RemoveIndex(model_name="indexentry", name="index_entry_about"),
        migrations.AddIndex(
            model_name="manifest",
            index=models.Index(fields=["repository", "subject"], name="manifest_by_subject"),
        ),
        migrations.AddIndex(
            model_name="indexentry",
            index=models.Index(fields=["about"], name="index_entry_by_about"),
        ),
    ]
