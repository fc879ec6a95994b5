"""Only the choice of columns is remembered: what stood for a whole file is forgotten."""

from typing import Any

from django.db import migrations, models


def ne_garder_que_les_colonnes(apps: Any, schema_editor: Any) -> None:
    for retenue in apps.get_model("importation", "CorrespondanceRetenue").objects.all():
        retenue.colonnes = (retenue.colonnes or {}).get("colonnes", {})
        retenue.save(update_fields=["colonnes"])


class Migration(migrations.Migration):
    dependencies = [("importation", "0001_initial")]

    operations = [
        migrations.RenameField("correspondanceretenue", "correspondance", "colonnes"),
        migrations.AlterField(
            "correspondanceretenue", "colonnes", models.JSONField(verbose_name="colonnes")
        ),
        migrations.RunPython(ne_garder_que_les_colonnes, migrations.RunPython.noop),
    ]
