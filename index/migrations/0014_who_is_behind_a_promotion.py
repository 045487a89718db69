"""Note who is behind a machine that asks for a promotion."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column; what machines asked for before has to be asked for anew."""

    dependencies = [
        ('index', '0013_fill_what_is_new'),
    ]

    operations = [
        migrations.AddField(
            model_name='promotion',
            name='asked_for_by',
            field=models.JSONField(db_default=[], default=list),
        ),
    ]
