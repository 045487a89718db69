from __future__ import annotations

from django.db import migrations


def create_root(apps, schema_editor):
    apps.get_model("accounts", "Namespace").objects.get_or_create(name="library")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(create_root, migrations.RunPython.noop)]
