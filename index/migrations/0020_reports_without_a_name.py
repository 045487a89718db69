from django.db import migrations, models


class Migration(migrations.Migration):
    """While this release starts, the one before it takes reports that name no repository."""

    dependencies = [("index", "0019_room_for_changes")]

    operations = [
        migrations.AlterField(
            model_name="report",
            name="repository_name",
            field=models.CharField(db_default="", max_length=200),
        ),
    ]
