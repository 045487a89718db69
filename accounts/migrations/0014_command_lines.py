"""Keep command lines that wait for a browser, and the sessions that they got."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Two tables; nobody writes to them yet."""

    dependencies = [
        ("accounts", "0013_find_owners_first"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommandLineSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("selector", models.CharField(max_length=16, unique=True)),
                ("secret_digest", models.CharField(max_length=64)),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="command_line",
                        to="usersessions.usersession",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DeviceLogin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("selector", models.CharField(max_length=16, unique=True)),
                ("secret_digest", models.CharField(max_length=64)),
                ("user_code", models.CharField(max_length=10, unique=True)),
                ("machine", models.CharField(blank=True, max_length=80)),
                ("address", models.CharField(max_length=45)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("polled_at", models.DateTimeField(null=True)),
                ("refused_at", models.DateTimeField(null=True)),
                (
                    "session",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="device_login",
                        to="usersessions.usersession",
                    ),
                ),
            ],
        ),
    ]
