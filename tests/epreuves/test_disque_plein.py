"""A disk that fills up: a sentence, nothing by half, and work goes on once there is room.

On PostgreSQL, the server must be on this machine: its tables go to the small disk too.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.epreuves.conftest import peupler
from tests.sauvegarde.installation import (
    ICI,
    Installation,
    disque_de_postgresql,
    nom_de_base,
    postgresql_neuve,
    sqlite_neuve,
)

pytestmark = pytest.mark.epreuve
TAILLE = {"sqlite": "8m", "postgresql": "64m"}[connection.vendor]


@pytest.fixture
def petit_disque() -> Iterator[Path]:
    """A small disk in memory, that the database's server may enter."""
    dossier = Path(tempfile.mkdtemp())
    dossier.chmod(0o755)
    monter = ["mount", "-t", "tmpfs", "-o", f"size={TAILLE}", "tmpfs", str(dossier)]
    if subprocess.run(monter, capture_output=True, check=False).returncode:
        dossier.rmdir()
        pytest.skip("il faut être root pour monter un petit disque")
    yield dossier
    subprocess.run(["umount", "-l", str(dossier)], check=True)
    dossier.rmdir()


@pytest.fixture
def a_l_etroit(petit_disque: Path, request: pytest.FixtureRequest) -> Iterator[Installation]:
    """An empty installation on the small disk, database and files."""
    modele = request.getfixturevalue(f"{connection.vendor}_migree")
    if connection.vendor == "sqlite":
        yield sqlite_neuve(modele, petit_disque / "contrat")
        return
    with ExitStack() as pile:
        tables = petit_disque / "tables"
        tables.mkdir()
        try:
            shutil.chown(tables, "postgres", "postgres")
            disque = pile.enter_context(disque_de_postgresql(tables))
        except (LookupError, psycopg.Error):
            pytest.skip("le serveur PostgreSQL n'est pas sur cette machine")
        yield pile.enter_context(
            postgresql_neuve(petit_disque / "contrat", nom_de_base(modele), disque)
        )


def remplir(disque: Path, reste: int) -> Path:
    """Take all the room but so many bytes; the file to delete to have it back."""
    bourre = disque / "bourre"
    with bourre.open("wb", buffering=0) as fichier:
        try:
            while True:
                fichier.write(b"x" * 4096)
        except OSError:
            fichier.truncate(max(0, fichier.tell() - reste))
    return bourre


def test_des_gens_qui_ecrivent(a_l_etroit: Installation, petit_disque: Path) -> None:
    avant = peupler(a_l_etroit).etat()
    bourre = remplir(petit_disque, 300_000)

    sortie, plainte = a_l_etroit.lancer(ICI / "ecrivain.py", "plein", "60").communicate()
    assert any(mot in plainte for mot in ("full", "DiskFull", "No space left", "disk I/O"))
    bourre.unlink()

    etat = a_l_etroit.etat()
    ecrites = {
        a["reference"]
        for a in etat["tables"]["actions_action"]
        if a["reference"].startswith("plein-")
    }
    assert (etat["integrite"], etat["bilans"]["2004"]) == ("ok", avant["bilans"]["2004"])
    assert ecrites == set(sortie.split())
    assert len(ecrites) >= 1
    suite, plainte = a_l_etroit.lancer(ICI / "ecrivain.py", "suite", "1").communicate()
    assert (suite.split()[0], plainte) == ("suite-0", "")


def test_sauvegarde_et_restauration(
    a_l_etroit: Installation,
    neuve: Callable[[], Installation],
    petit_disque: Path,
    tmp_path: Path,
) -> None:
    source = peupler(neuve())
    source.reussir("sauvegarder", tmp_path / "contrat.zip")
    vide = a_l_etroit.etat()

    bourre = remplir(petit_disque, 100_000)
    sauvegarde = source.manage("sauvegarder", petit_disque / "contrat.zip")
    fichiers = a_l_etroit.manage("restaurer", tmp_path / "contrat.zip")
    bourre.unlink()
    bourre = remplir(petit_disque, 700_000)
    base = a_l_etroit.manage("restaurer", tmp_path / "contrat.zip")
    bourre.unlink()

    assert sauvegarde == (
        2,
        "",
        f"La sauvegarde {petit_disque / 'contrat.zip'} ne peut pas être écrite : le disque est "
        "plein, libérez de la place.\n",
    )
    for code, sortie, plainte in (fichiers, base):
        assert (code, sortie, plainte.count("\n")) == (2, "", 1)
        assert "place" in plainte
    assert {chemin.name for chemin in petit_disque.iterdir()} <= {"contrat", "tables"}
    assert a_l_etroit.etat() == vide
    a_l_etroit.reussir("restaurer", tmp_path / "contrat.zip")
    assert a_l_etroit.etat() == source.etat()
