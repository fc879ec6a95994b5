"""An index by which the first and the last line of a year are found at once; it does all that the
foreign key's own index did.
"""

import django.db.models.deletion
from django.db import migrations, models


def echantillonner(apps, schema_editor):
    """SQLite makes the table anew, and forgets what it knew of it."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("ANALYZE actions_action")


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0006_index_utiles"),
        ("axes", "0003_version"),
        ("territoires", "0002_versions"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="action",
            index=models.Index(fields=["exercice", "id"], name="action_bornes"),
        ),
        migrations.AlterField(
            model_name="action",
            name="exercice",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="actions",
                to="actions.exercice",
            ),
        ),
        migrations.RunPython(echantillonner, migrations.RunPython.noop),
    ]
