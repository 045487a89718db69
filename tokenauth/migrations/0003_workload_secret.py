from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("index", "0004_keep_what_built_images"),
        ("tokenauth", "0002_refresh_token_user_agent"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkloadSecret",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("selector", models.CharField(max_length=16, unique=True)),
                ("secret_digest", models.CharField(max_length=64)),
                ("service", models.CharField(max_length=255)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                (
                    "login",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="secret",
                        to="index.workloadlogin",
                    ),
                ),
            ],
        ),
    ]
