# The name at the time: one who reported may not be told what became of it out of sight.

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def take_over_present_names(apps, schema_editor):
    report, repository = (apps.get_model("index", name) for name in ("Report", "Repository"))
    name = repository.objects.filter(pk=OuterRef("repository_id")).values("name")
    report.objects.update(repository_name=Subquery(name))


class Migration(migrations.Migration):
    dependencies = [("index", "0016_take_reports")]

    operations = [
        migrations.AddField(
            model_name="report",
            name="repository_name",
            field=models.CharField(default="", max_length=200),
            preserve_default=False,
        ),
        migrations.RunPython(take_over_present_names, migrations.RunPython.noop),
    ]
