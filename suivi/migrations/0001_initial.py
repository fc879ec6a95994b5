"""The mark of the last write changes rooms: its table stays as it is, name included."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("comptes", "0006_revision"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Revision",
                    fields=[
                        (
                            "place",
                            models.PositiveSmallIntegerField(primary_key=True, serialize=False),
                        ),
                        ("marque", models.CharField(max_length=36)),
                    ],
                    options={
                        "verbose_name": "marque de la dernière écriture",
                        "db_table": "comptes_revision",
                        "default_permissions": (),
                    },
                ),
            ],
        ),
    ]
