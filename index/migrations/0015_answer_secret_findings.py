from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("index", "0014_order_tags_by_version"),
    ]

    operations = [
        migrations.AddField(
            model_name="secretfinding",
            name="told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="secretfinding",
            name="dismissal",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no-secret", "It is no secret"),
                    ("harmless", "It opens nothing that matters: a test or default value"),
                    ("replaced", "It was replaced where it was valid, and opens nothing any more"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="secretfinding",
            index=models.Index(
                fields=["repository", "fingerprint"], name="secret_findings_of"
            ),
        ),
    ]
