from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("index", "0004_keep_what_built_images")]
    operations = [
        migrations.AddField(
            model_name="bloblink",
            name="size",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="repository",
            name="stored_name",
            field=models.CharField(db_index=True, max_length=200),
        ),
    ]
