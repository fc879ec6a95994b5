"""Bring an empty database to a recorded state: its migrations, its rows, its triggers.

The models are those that the migrations of that time describe: today's may have changed.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contrat_ville.settings")

import django  # the settings first

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

from sauvegarde.archive import ouvrir  # noqa: E402
from sauvegarde.rangees import Noms, champs, relire  # noqa: E402
from sauvegarde.restauration import reprendre_la_suite  # noqa: E402
from suivi.declencheurs import apres_migration  # noqa: E402

with ouvrir(Path(sys.argv[1])) as archive:
    manifeste = archive.manifeste
    executeur = MigrationExecutor(connection)
    faites = set(manifeste.migrations)
    dernieres = [
        migration
        for migration in manifeste.migrations
        if not {enfant.key for enfant in executeur.loader.graph.node_map[migration].children}
        & faites
    ]
    etat = executeur.migrate(dernieres)
    modeles = {m._meta.db_table: m for m in etat.apps.get_models(include_auto_created=True)}
    with transaction.atomic(), connection.cursor() as curseur:
        for table in manifeste.tables:
            # Some rows came with the migrations.
            modeles[table.nom]._base_manager.all()._raw_delete("default")
        noms = Noms("default")
        noms.completer(manifeste.types, manifeste.permissions)
        for table in manifeste.tables:
            modele = modeles[table.nom]
            par_colonne = {champ.column: champ for champ in champs(modele)}
            champs_du_temps = [par_colonne[colonne] for colonne in table.colonnes]
            colonnes = ", ".join(f'"{colonne}"' for colonne in table.colonnes)
            places = ", ".join(["%s"] * len(table.colonnes))
            curseur.executemany(
                f'INSERT INTO "{table.nom}" ({colonnes}) VALUES ({places})',  # noqa: S608
                list(relire(champs_du_temps, archive.lignes(table.partie), connection, noms)),
            )
            reprendre_la_suite(modele, table.suite, connection)
    apres_migration("default")
