from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("index", "0005_find_by_stored_name")]
    operations = [
        migrations.AddField("v1token", "subject", models.CharField(db_default="", max_length=40)),
        migrations.AddField(
            "v1token", "credential", models.CharField(db_default="", max_length=40)
        ),
    ]
