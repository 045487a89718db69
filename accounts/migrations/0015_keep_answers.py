"""Keep what was answered to requests that came with a key."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the table; it is empty."""

    dependencies = [("accounts", "0014_command_lines")]

    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner", models.CharField(max_length=40)),
                ("digest", models.CharField(max_length=64)),
                ("fingerprint", models.CharField(max_length=64)),
                ("claim", models.CharField(max_length=32)),
                ("began_at", models.DateTimeField()),
                ("has_written", models.BooleanField(default=False)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("location", models.TextField(default="")),
                ("body", models.TextField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["began_at"], name="oldest_kept_answers")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "digest"), name="one_answer_to_each_key"
                    )
                ],
            },
        ),
    ]
