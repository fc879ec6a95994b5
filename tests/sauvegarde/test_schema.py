"""An older version of the application doesn't start on a database of a newer one."""

import socket
import subprocess
import sys

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from sauvegarde.schema import migrations_en_attente, migrations_inconnues
from tests.sauvegarde.installation import RACINE, Installation

REFUS = (
    "La base vient d'une version plus récente de l'application (actions.9999_demain lui a été "
    "appliquée) : installez cette version, ou restaurez une sauvegarde faite avec celle-ci.\n"
)
NOTER_DEMAIN = (
    "from django.db import connection as c; from django.db.migrations.recorder import "
    "MigrationRecorder as M; M(c).record_applied('actions', '9999_demain')"
)


@pytest.mark.django_db
def test_le_code_connait_sa_propre_base() -> None:
    assert migrations_inconnues(connection) == set()
    assert migrations_en_attente(connection) == set()


@pytest.mark.django_db
def test_une_migration_de_demain_est_reconnue() -> None:
    MigrationRecorder(connection).record_applied("actions", "9999_demain")
    MigrationRecorder(connection).record_applied("inconnue", "0001_initial")

    assert migrations_inconnues(connection) == {
        ("actions", "9999_demain"),
        ("inconnue", "0001_initial"),
    }


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the same whatever the database")
def test_les_commandes_et_le_serveur_la_refusent_et_disent_pourquoi(sqlite: Installation) -> None:
    sqlite.reussir("shell", "--no-imports", "-c", NOTER_DEMAIN)

    for commande in (["controle", "2004"], ["migrate"], ["charger_2004"]):
        assert sqlite.manage(*commande) == (2, "", REFUS)
    assert "[X] 0001_initial" in sqlite.reussir("showmigrations", "actions")
    assert servir(sqlite) == (3, REFUS)


def servir(installation: Installation) -> tuple[int, str]:
    """What gunicorn says when it starts there; its exit code."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    serveur = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "outils/serveur.py", "contrat_ville.wsgi"],
        cwd=RACINE,
        env=installation.environnement | {"PORT": str(port)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    _, plainte = serveur.communicate(timeout=60)
    # gunicorn adds its own line about the worker.
    return serveur.returncode, "".join(
        ligne for ligne in plainte.splitlines(keepends=True) if not ligne.startswith("[")
    )
