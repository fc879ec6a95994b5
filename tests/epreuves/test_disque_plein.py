"""A disk that fills up: a sentence, nothing by half, and work goes on once there is room."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sauvegarde.installation import ICI, Installation, sqlite_neuve

pytestmark = pytest.mark.epreuve


@pytest.fixture
def petit_disque(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MiB in memory."""
    dossier = tmp_path / "disque"
    dossier.mkdir()
    monter = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(dossier)]
    if subprocess.run(monter, capture_output=True, check=False).returncode:
        pytest.skip("il faut être root pour monter un petit disque")
    yield dossier
    subprocess.run(["umount", "-l", str(dossier)], check=True)


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


def test_people_who_write(sqlite_migree: Path, petit_disque: Path) -> None:
    installation = sqlite_neuve(sqlite_migree, petit_disque / "contrat")
    assert installation.lancer(ICI / "peupler.py").communicate(timeout=120)[1] == ""
    avant = installation.etat()
    bourre = remplir(petit_disque, 300_000)

    sortie, plainte = installation.lancer(ICI / "ecrivain.py", "plein", "60").communicate()
    assert "full" in plainte or "No space left" in plainte or "disk I/O" in plainte
    bourre.unlink()

    etat = installation.etat()
    ecrites = {
        a["reference"]
        for a in etat["tables"]["actions_action"]
        if a["reference"].startswith("plein-")
    }
    assert (etat["integrite"], etat["bilans"]["2004"]) == ("ok", avant["bilans"]["2004"])
    assert ecrites == set(sortie.split())
    assert len(ecrites) >= 1
    suite, plainte = installation.lancer(ICI / "ecrivain.py", "suite", "1").communicate()
    assert (suite.split()[0], plainte) == ("suite-0", "")


def test_backup_and_restoration(
    sqlite: Installation, sqlite_migree: Path, petit_disque: Path, tmp_path: Path
) -> None:
    assert sqlite.lancer(ICI / "peupler.py").communicate(timeout=120)[1] == ""
    sqlite.reussir("sauvegarder", tmp_path / "contrat.zip")
    arrivee = sqlite_neuve(sqlite_migree, petit_disque / "contrat")
    vide = arrivee.etat()

    bourre = remplir(petit_disque, 100_000)
    sauvegarde = sqlite.manage("sauvegarder", petit_disque / "contrat.zip")
    fichiers = arrivee.manage("restaurer", tmp_path / "contrat.zip")
    bourre.unlink()
    bourre = remplir(petit_disque, 700_000)
    base = arrivee.manage("restaurer", tmp_path / "contrat.zip")
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
    assert [chemin.name for chemin in petit_disque.iterdir()] == ["contrat"]
    assert arrivee.etat() == vide
    arrivee.reussir("restaurer", tmp_path / "contrat.zip")
    assert arrivee.etat() == sqlite.etat()
