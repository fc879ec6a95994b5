"""Indexes by which the pages of one year read only that year, and words are found without reading
every text: PostgreSQL answers from the trigrams of the titles and descriptions.

Without the right to add pg_trgm, or without it on the server, search is slower, and finds the same.
"""

from django.db import migrations, models

_TRIGRAMMES = """
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE NOTICE 'pg_trgm ne peut pas être ajoutée : la recherche lira tous les textes.';
END $$;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX action_intitule_trigrammes ON actions_action
            USING gin (sans_accents(intitule::text) gin_trgm_ops);
        CREATE INDEX action_description_trigrammes ON actions_action
            USING gin (sans_accents(description) gin_trgm_ops);
    END IF;
END $$;
"""


def indexer(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_TRIGRAMMES)


def desindexer(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP INDEX IF EXISTS action_intitule_trigrammes, action_description_trigrammes"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0004_cloture_pieces_versions"),
        ("axes", "0003_version"),
        ("listes", "0001_sans_accents"),
        ("territoires", "0002_versions"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                fields=["exercice", "commune", "theme", "quartier", "nature", "provenance"],
                name="action_communes_couvrant",
            ),
        ),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                fields=["exercice", "porteur", "nature", "provenance"],
                name="action_porteurs_couvrant",
            ),
        ),
        migrations.RunPython(indexer, desindexer),
    ]
