"""``kill -9`` at random moments, of everything that writes: what was acknowledged stays, nothing
is there by half, and the figures of 2004 don't move.
"""

import os
import random
import select
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sauvegarde.archive import ouvrir
from tests.epreuves.conftest import peupler
from tests.sauvegarde.installation import ICI, Installation

pytestmark = pytest.mark.epreuve
MORTS = 13  # with those of the server, five drills: 65 in all, on each database
ESSAIS = 4 * MORTS  # a command may end before the moment comes: it is not a death
IMPORTEES = 1000
Neuve = Callable[[], Installation]
Processus = subprocess.Popen[str]


def tuer(processus: Processus, apres: float) -> tuple[bool, list[str]]:
    """Kill the whole session after so many seconds: was it still alive, and what had it said?"""
    try:
        processus.wait(apres)
    except subprocess.TimeoutExpired:
        os.killpg(processus.pid, signal.SIGKILL)
    sortie, _ = processus.communicate()
    entieres = [ligne.strip() for ligne in sortie.splitlines(keepends=True) if ligne[-1] == "\n"]
    return processus.returncode == -signal.SIGKILL, entieres


class Bourreau:
    """Kills a command while it works, until it has done so ``MORTS`` times."""

    def __init__(self, hasard: random.Random, essai: Installation, *commande: str | Path) -> None:
        self.hasard, self.commande = hasard, commande
        # What comes before the work is Django that starts, in whatever command.
        demarrage = chronometrer(lambda: essai.reussir("shell", "--no-imports", "-c", "pass"))
        self.duree = chronometrer(lambda: essai.reussir(*commande))
        self.part_du_demarrage = min(0.8 * demarrage / self.duree, 0.9)

    def frapper(self, choisir: Callable[[], Installation], constater: Callable[[], None]) -> None:
        """Once per round, the installation is chosen, and what is left of it looked at."""
        tuees = 0
        for _ in range(ESSAIS):
            processus, debut = choisir().lancer("manage.py", *self.commande), time.monotonic()
            tue, _ = tuer(processus, self.hasard.uniform(self.part_du_demarrage, 1) * self.duree)
            if tue:
                tuees += 1
            else:
                # The machine has less to do than before: the next ones die sooner.
                self.duree = min(self.duree, time.monotonic() - debut)
            constater()
            if tuees == MORTS:
                return
        raise AssertionError(f"Tuée {tuees} fois seulement en {ESSAIS} essais.")


def chronometrer(faire: Callable[[], object]) -> float:
    debut = time.monotonic()
    faire()
    return time.monotonic() - debut


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


def test_des_gens_qui_ecrivent(peuplee: Installation, hasard: random.Random) -> None:
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


def test_une_sauvegarde(peuplee: Installation, hasard: random.Random, tmp_path: Path) -> None:
    avant = peuplee.etat()
    cible = tmp_path / "sauvegardes" / "contrat.zip"
    cible.parent.mkdir()
    bourreau = Bourreau(hasard, peuplee, "sauvegarder", cible)

    def constater() -> None:
        presents = {chemin.name for chemin in cible.parent.iterdir()}
        assert presents <= {"contrat.zip", "contrat.zip.partiel"}
        # The former one, or the new one whole: never anything else under this name.
        with ouvrir(cible) as archive:
            archive.verifier()

    bourreau.frapper(lambda: peuplee, constater)

    assert peuplee.etat() == avant
    peuplee.reussir("sauvegarder", cible)
    assert [chemin.name for chemin in cible.parent.iterdir()] == ["contrat.zip"]


def test_une_restauration(
    peuplee: Installation, hasard: random.Random, neuve: Neuve, tmp_path: Path
) -> None:
    source = peuplee.etat()
    peuplee.reussir("sauvegarder", tmp_path / "contrat.zip")
    cible = neuve()
    vide = cible.etat()["tables"]
    bourreau = Bourreau(hasard, neuve(), "restaurer", tmp_path / "contrat.zip")

    def constater() -> None:
        nonlocal cible
        etat = cible.etat()
        assert etat["integrite"] == "ok"
        if etat["tables"] != vide:
            # It had ended: everything is there. The next ones start from nothing again.
            assert etat == source | {"fichiers": etat["fichiers"]}
            assert source["fichiers"].items() <= etat["fichiers"].items()
            cible = neuve()

    bourreau.frapper(lambda: cible, constater)

    # What the dead ones left doesn't stand in the way of the last one.
    cible.reussir("restaurer", tmp_path / "contrat.zip")
    assert cible.etat() == source


def test_un_import(
    peuplee: Installation, hasard: random.Random, neuve: Neuve, tmp_path: Path
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
    bilan = peuplee.etat()["bilans"]["2004"]
    cible = peuplee
    bourreau = Bourreau(hasard, peupler(neuve()), *commande)

    def constater() -> None:
        nonlocal cible
        importees = compter_l_import(etat_sain(cible, bilan))
        assert importees in (0, IMPORTEES)
        if importees:
            cible = peupler(neuve())

    bourreau.frapper(lambda: cible, constater)

    assert cible.manage(*commande)[0] == 0
    assert compter_l_import(etat_sain(cible, bilan)) == IMPORTEES
