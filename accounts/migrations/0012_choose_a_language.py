"""Let people keep the language of pages and mails with their account."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the language; nobody has chosen one yet."""

    dependencies = [("accounts", "0011_keep_ended_organizations")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="language",
            field=models.CharField(blank=True, db_default="", default="", max_length=7),
        ),
    ]
