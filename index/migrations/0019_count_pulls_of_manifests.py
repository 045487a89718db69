"""Count pulls of manifests, and let the inbox lock no registry."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("index", "0018_list_entries_of_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="bloblink",
            name="pushed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="manifest",
            name="last_pulled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="manifest",
            name="pull_count",
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="notification",
            name="registry",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notifications",
                to="index.registry",
            ),
        ),
        migrations.AlterField(
            model_name="notification",
            name="state",
            field=models.CharField(
                choices=[("new", "New"), ("quarantined", "Quarantined")],
                default="new",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="registryevent",
            name="registry",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="index.registry",
            ),
        ),
        migrations.AlterField(
            model_name="tagchange",
            name="tag",
            field=models.CharField(blank=True, max_length=128),
        ),
    ]
