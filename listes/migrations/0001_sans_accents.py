"""The function by which PostgreSQL compares texts without accents or case."""

from django.db import migrations

from listes.recherche import sql_postgresql


def installer(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(sql_postgresql())


def retirer(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS sans_accents(text)")


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunPython(installer, retirer)]
