"""The function by which PostgreSQL compares texts, made again: « İ » is found by « i »."""

from django.db import migrations

from listes.recherche import sql_postgresql

# What was indexed by the function as it was.
REINDEXER = """
DO $$
DECLARE indexe regclass;
BEGIN
    FOR indexe IN
        SELECT format('%I.%I', schemaname, indexname)::regclass FROM pg_indexes
        WHERE schemaname = current_schema() AND indexdef LIKE '%sans_accents%'
    LOOP
        EXECUTE 'REINDEX INDEX ' || indexe;
    END LOOP;
END $$
"""


def refaire(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(sql_postgresql())
        schema_editor.execute(REINDEXER, params=None)


class Migration(migrations.Migration):
    dependencies = [("listes", "0001_sans_accents")]
    operations = [migrations.RunPython(refaire, migrations.RunPython.noop)]
