from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("index", "0006_remember_who_v1_tokens_are_for")]
    operations = [
        migrations.AddField(
            "trustedpublisher",
            "source_id",
            models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
    ]
