"""Keep what undo needs of a deleted tag, and warn once before a trash is emptied."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns alone, all with defaults."""

    dependencies = [
        ("index", "0015_answer_secret_findings"),
    ]

    operations = [
        migrations.AddField(
            model_name="deletion",
            name="warned_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="tagdeletion",
            name="document",
            field=models.BinaryField(default=bytes),
        ),
        migrations.AddField(
            model_name="tagdeletion",
            name="freed",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="tagdeletion",
            name="pushed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="tagdeletion",
            name="row",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="tagdeletion",
            name="state",
            field=models.CharField(
                choices=[
                    ("untagging", "Being taken off in the registry"),
                    ("trashed", "In the trash"),
                    ("restoring", "Being put back in the registry"),
                    ("restored", "Restored"),
                    ("overtaken", "Pushed again meanwhile"),
                    ("purging", "Being deleted in the registry"),
                    ("deleted", "Deleted"),
                    ("kept", "Deleted; the image stays, for something else needs it"),
                ],
                default="untagging",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="tagdeletion",
            index=models.Index(fields=["repository", "tag"], name="tag_deletions_by_tag"),
        ),
    ]
