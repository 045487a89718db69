"""Docker Hub of old: one private repository for free; organizations are limited by whoever runs this."""

from __future__ import annotations

from django.db import migrations

PLANS = (
    {"name": "free", "private_repositories": 1, "default_for": "users"},
    {"name": "organization", "default_for": "organizations"},
    {"name": "unlimited"},
)


def create_plans(apps, schema_editor):
    plans = apps.get_model("accounts", "Plan").objects
    for plan in PLANS:
        if not plans.filter(name=plan["name"]).exists():
            taken = plans.filter(default_for=plan.get("default_for")).exclude(default_for=None)
            plans.create(**plan if not taken.exists() else {**plan, "default_for": None})


def delete_plans(apps, schema_editor):
    """Take back what was made, unless it was given to somebody since."""
    names = [plan["name"] for plan in PLANS]
    apps.get_model("accounts", "Plan").objects.filter(name__in=names, namespaces=None).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_count_storage")]
    operations = [migrations.RunPython(create_plans, delete_plans)]
