from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("index", "0003_warn_and_announce_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="trustedpublisher",
            name="source_owner_id",
            field=models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="workloadlogin",
            name="publisher",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="logins",
                to="index.trustedpublisher",
            ),
        ),
    ]
