"""``kill -9`` at random moments, of everything that writes: what was acknowledged stays, nothing
is there by half, and the figures of 2004 don't move.

The seed is printed by a failure: EPREUVE_GRAINE plays the same again, as far as clocks allow.
"""

import os
import random
import select
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from sauvegarde.archive import ouvrir
from tests.sauvegarde.installation import ICI, Installation, sqlite_neuve

pytestmark = pytest.mark.epreuve
MORTS = 13  # five drills: 65 in all
IMPORTEES = 1000
Processus = subprocess.Popen[str]


@pytest.fixture
def hasard() -> random.Random:
    graine = int(os.environ.get("EPREUVE_GRAINE", str(time.time_ns() % 10**6)))
    print(f"EPREUVE_GRAINE={graine}")
    return random.Random(graine)  # noqa: S311  # moments, not secrets


@pytest.fixture
def peuplee(sqlite: Installation) -> Installation:
    """The 2004 contract, closed, 2005 open, documents and an account."""
    processus = sqlite.lancer(ICI / "peupler.py")
    assert processus.communicate(timeout=120)[1] == ""
    return sqlite


def tuer(processus: Processus, apres: float) -> tuple[bool, list[str]]:
    """Kill the whole session after so many seconds: was it still alive, and what had it said?"""
    try:
        processus.wait(apres)
    except subprocess.TimeoutExpired:
        os.killpg(processus.pid, signal.SIGKILL)
    sortie, _ = processus.communicate()
    entieres = [ligne.strip() for ligne in sortie.splitlines(keepends=True) if ligne[-1] == "\n"]
    return processus.returncode == -signal.SIGKILL, entieres


def etat_sain(installation: Installation, bilan: str) -> dict[str, Any]:
    """The state, once its integrity and the figures of 2004 have been checked."""
    etat = installation.etat()
    assert etat["integrite"] == "ok"
    assert etat["bilans"]["2004"] == bilan
    return etat


def references_entieres(etat: dict[str, Any]) -> set[str]:
    """The references of what ``ecrivain.py`` wrote, none of which is there by half."""
    actions = {
        a["id"]: a["reference"] for a in etat["tables"]["actions_action"] if "-" in a["reference"]
        and not a["reference"].startswith("2004")
    }  # fmt: skip
    for partie, nombre in (("financement_subvention", 2), ("actions_piece", 1)):
        comptes = dict.fromkeys(actions, 0)
        for rangee in etat["tables"][partie]:
            if rangee["action_id"] in comptes:
                comptes[rangee["action_id"]] += 1
        assert set(comptes.values()) <= {nombre}
    assert {p["fichier"] for p in etat["tables"]["actions_piece"]} <= set(etat["fichiers"])
    return set(actions.values())


def test_people_who_write(peuplee: Installation, hasard: random.Random) -> None:
    bilan = peuplee.etat()["bilans"]["2004"]
    confirmees: set[str] = set()
    for mort in range(MORTS):
        ecrivain = peuplee.lancer(ICI / "ecrivain.py", f"m{mort}", "60")
        assert ecrivain.stdout is not None
        select.select([ecrivain.stdout], [], [], 30)
        tue, lignes = tuer(ecrivain, hasard.uniform(0, 0.5))
        assert tue
        confirmees |= set(lignes)

    ecrites = references_entieres(etat_sain(peuplee, bilan))

    assert confirmees <= ecrites
    # At most the one under way at each death was written without having been acknowledged.
    assert len(ecrites - confirmees) <= MORTS
    assert len(confirmees) >= MORTS


def test_a_backup(peuplee: Installation, hasard: random.Random, tmp_path: Path) -> None:
    avant = peuplee.etat()
    cible = tmp_path / "sauvegardes" / "contrat.zip"
    cible.parent.mkdir()
    peuplee.reussir("sauvegarder", cible)
    duree = chronometrer(lambda: peuplee.reussir("sauvegarder", cible))
    tuees = 0
    for _ in range(MORTS):
        sauvegarde = peuplee.lancer("manage.py", "sauvegarder", cible)
        tuees += tuer(sauvegarde, hasard.uniform(duree / 3, duree))[0]
        assert {chemin.name for chemin in cible.parent.iterdir()} <= {
            "contrat.zip",
            "contrat.zip.partiel",
        }
        # The former one, or the new one whole: never anything else under this name.
        with ouvrir(cible) as archive:
            archive.verifier()

    assert tuees >= MORTS // 2
    assert peuplee.etat() == avant
    peuplee.reussir("sauvegarder", cible)
    assert [chemin.name for chemin in cible.parent.iterdir()] == ["contrat.zip"]


def test_a_restoration(
    peuplee: Installation, hasard: random.Random, sqlite_migree: Path, tmp_path: Path
) -> None:
    source = peuplee.etat()
    peuplee.reussir("sauvegarder", tmp_path / "contrat.zip")
    essai = sqlite_neuve(sqlite_migree, tmp_path / "essai")
    duree = chronometrer(lambda: essai.reussir("restaurer", tmp_path / "contrat.zip"))
    tuees = 0
    cible = sqlite_neuve(sqlite_migree, tmp_path / "cible")
    vide = cible.etat()["tables"]
    for mort in range(MORTS):
        restauration = cible.lancer("manage.py", "restaurer", tmp_path / "contrat.zip")
        tuees += tuer(restauration, hasard.uniform(duree / 2, duree))[0]
        etat = cible.etat()
        assert etat["integrite"] == "ok"
        if etat["tables"] != vide:
            # It had ended: everything is there. The next ones start from nothing again.
            assert etat == source | {"fichiers": etat["fichiers"]}
            assert source["fichiers"].items() <= etat["fichiers"].items()
            cible = sqlite_neuve(sqlite_migree, tmp_path / f"cible{mort}")

    assert tuees >= MORTS // 2
    # What the dead ones left doesn't stand in the way of the last one.
    if cible.etat()["tables"] == vide:
        cible.reussir("restaurer", tmp_path / "contrat.zip")
    assert cible.etat() == source


def test_an_import(
    peuplee: Installation, hasard: random.Random, sqlite_migree: Path, tmp_path: Path
) -> None:
    fichier = tmp_path / "actions.csv"
    fichier.write_text(
        "Référence;Intitulé;Porteur;Commune;Thème;CG accordé\n"
        + "".join(
            f"I-{rang};Importée {rang};Resté;Alès;Éducation;{rang}\n" for rang in range(IMPORTEES)
        ),
        encoding="utf-8-sig",
    )
    commande = ("importer", fichier, "--exercice", "2005", "--appliquer")
    avant = peuplee.etat()
    essai = sqlite_neuve(sqlite_migree, tmp_path / "essai")
    assert essai.lancer(ICI / "peupler.py").communicate(timeout=120)[1] == ""
    duree = chronometrer(lambda: essai.reussir(*commande))
    tuees = 0
    for _ in range(MORTS):
        importation = peuplee.lancer("manage.py", *commande)
        tuees += tuer(importation, hasard.uniform(duree / 3, duree))[0]
        assert compter_l_import(etat_sain(peuplee, avant["bilans"]["2004"])) in (0, IMPORTEES)

    assert tuees >= MORTS // 2
    assert peuplee.manage(*commande)[0] == 0
    assert compter_l_import(etat_sain(peuplee, avant["bilans"]["2004"])) == IMPORTEES


def compter_l_import(etat: dict[str, Any]) -> int:
    """How many actions were imported, each with its money."""
    importees = {
        action["id"]
        for action in etat["tables"]["actions_action"]
        if action["reference"].startswith("I-")
    }
    argent = [s["action_id"] for s in etat["tables"]["financement_subvention"]]
    assert sorted(pk for pk in argent if pk in importees) == sorted(importees)
    return len(importees)


def chronometrer(faire: Any) -> float:
    debut = time.monotonic()
    faire()
    return time.monotonic() - debut
