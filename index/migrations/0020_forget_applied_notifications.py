"""Forget bodies that were applied: they are no longer kept."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def forget(apps: Any, _: Any) -> None:
    """Delete them in one statement: there are three days of them."""
    apps.get_model("index", "Notification").objects.filter(state="applied").delete()


class Migration(migrations.Migration):
    dependencies = [("index", "0019_count_pulls_of_manifests")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
