from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_people_and_machines")]
    operations = [
        migrations.AddField(
            model_name="namespace",
            name="storage_used",
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
    ]
