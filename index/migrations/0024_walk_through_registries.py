from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("index", "0023_find_by_subject"),
    ]

    operations = [
        migrations.AddField(
            model_name="reconciliation",
            name="phase",
            field=models.CharField(
                choices=[
                    ("catalog", "Looks for repositories that are not known here"),
                    ("repositories", "Compares the tags of those that are"),
                ],
                default="catalog",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="reconciliation",
            name="last_repository",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="difference",
            name="tag_count",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="difference",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("accepting", "Being accepted"),
                    ("accepted", "Accepted"),
                    ("ignored", "Ignored"),
                    ("gone", "No longer there at a later walk"),
                ],
                default="open",
                max_length=10,
            ),
        ),
    ]
