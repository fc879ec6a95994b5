"""A work is a function and its arguments; it was a request to make again."""

from typing import Any

from django.db import migrations, models


def regler_les_anciens(apps: Any, schema_editor: Any) -> None:
    """What waits can't be done any more; what is done stays, for who could ask for it."""
    travaux = apps.get_model("travaux", "Travail").objects.using(schema_editor.connection.alias)
    travaux.filter(etat__in=("EN_ATTENTE", "EN_COURS")).update(
        etat="ECHOUE",
        message="L'application a été mise à jour avant que ce travail soit fait : redemandez-le.",
    )
    travaux.update(permission="connecte")
    travaux.filter(adresse__startswith="/import/").update(permission="actions.add_action")


class Migration(migrations.Migration):
    dependencies = [("travaux", "0001_initial")]

    operations = [
        migrations.RemoveField(model_name="travail", name="origine"),
        migrations.AddField(
            model_name="travail",
            name="fonction",
            field=models.CharField(default="", max_length=200, verbose_name="fonction"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="travail",
            name="arguments",
            field=models.JSONField(default=dict, verbose_name="arguments"),
        ),
        migrations.AddField(
            model_name="travail",
            name="permission",
            field=models.CharField(default="", max_length=200, verbose_name="permission"),
            preserve_default=False,
        ),
        migrations.RunPython(regler_les_anciens, migrations.RunPython.noop),
    ]
