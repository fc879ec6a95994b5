"""The drill: back up under load, restore into the other database, compare everything."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.sauvegarde.installation import ICI, Installation, sqlite_neuve

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="plays on both databases by itself, once is enough"
)


@contextmanager
def sous_charge(installation: Installation, ecrivains: int = 2) -> Iterator[None]:
    """People write all along; they are told to stop, never killed."""
    processus = [
        installation.lancer(ICI / "ecrivain.py", f"e{rang}", "600") for rang in range(ecrivains)
    ]
    try:
        for ecrivain in processus:
            assert ecrivain.stdout is not None
            assert ecrivain.stdout.readline() == f"e{processus.index(ecrivain)}-0\n"
        yield
        assert [ecrivain.poll() for ecrivain in processus] == [None] * ecrivains
    finally:
        for ecrivain in processus:
            ecrivain.terminate()
            ecrivain.communicate()


def peupler(installation: Installation) -> None:
    processus = installation.lancer(ICI / "peupler.py")
    _, plainte = processus.communicate(timeout=120)
    assert (processus.returncode, plainte) == (0, "")


Etat = dict[str, Any]


def compter_sans_moitie(etat: Etat) -> int:
    """The number of actions written under load, none of which is half there."""
    actions = [a["id"] for a in etat["tables"]["actions_action"] if a["reference"].startswith("e")]
    pieces = etat["tables"]["actions_piece"]
    montants: dict[int, list[str]] = {action: [] for action in actions}
    for montant in etat["tables"]["financement_subvention"]:
        montants.get(montant["action_id"], []).append(montant["montant_accorde"])
    assert {tuple(sorted(deux)) for deux in montants.values()} == {("0.10", "1234.56")}
    assert {piece["action_id"] for piece in pieces} >= set(actions)
    assert {piece["fichier"] for piece in pieces} <= set(etat["fichiers"])
    return len(actions)


def etrangers(etat: Etat, source: Etat) -> list[tuple[str, Any]]:
    """The rows, figures and files of a state that aren't in the one that it was taken from."""
    ecarts: list[tuple[str, Any]] = []
    for nom, rangees in etat["tables"].items():
        siennes = {rangee_en_texte(rangee) for rangee in source["tables"][nom]}
        ecarts += [(nom, rangee) for rangee in rangees if rangee_en_texte(rangee) not in siennes]
    ecarts += list(etat["fichiers"].items() - source["fichiers"].items())
    if etat["bilans"]["2004"] != source["bilans"]["2004"]:
        ecarts.append(("bilan", 2004))
    return ecarts


def rangee_en_texte(rangee: dict[str, Any]) -> str:
    return json.dumps(rangee, sort_keys=True)


def sauver_sous_charge(depart: Installation, fichier: Path) -> Etat:
    """What the backup must hold at the least: the state just before it, then under load."""
    peupler(depart)
    avant = depart.etat()
    with sous_charge(depart):
        depart.reussir("sauvegarder", fichier)
    return avant


def test_de_sqlite_en_charge_a_postgresql_et_retour(
    sqlite: Installation, postgresql: Installation, sqlite_migree: Path, tmp_path: Path
) -> None:
    avant = sauver_sous_charge(sqlite, tmp_path / "charge.zip")
    retour = sqlite_neuve(sqlite_migree, tmp_path / "retour")

    postgresql.reussir("restaurer", tmp_path / "charge.zip")
    restaure = postgresql.etat()
    postgresql.reussir("sauvegarder", tmp_path / "calme.zip")
    retour.reussir("restaurer", tmp_path / "calme.zip")

    apres = sqlite.etat()
    assert 2 <= compter_sans_moitie(restaure) < compter_sans_moitie(apres)
    assert etrangers(avant, restaure) == []
    assert etrangers(restaure, apres) == []
    assert retour.etat() == restaure


def test_de_postgresql_en_charge_a_sqlite(
    sqlite: Installation, postgresql: Installation, tmp_path: Path
) -> None:
    avant = sauver_sous_charge(postgresql, tmp_path / "charge.zip")

    sqlite.reussir("restaurer", tmp_path / "charge.zip")

    restaure, apres = sqlite.etat(), postgresql.etat()
    assert 2 <= compter_sans_moitie(restaure) < compter_sans_moitie(apres)
    assert etrangers(avant, restaure) == []
    assert etrangers(restaure, apres) == []


def test_a_restored_installation_works_on(
    sqlite: Installation, sqlite_migree: Path, tmp_path: Path
) -> None:
    peupler(sqlite)
    sqlite.reussir("sauvegarder", tmp_path / "contrat.zip")
    restauree = sqlite_neuve(sqlite_migree, tmp_path / "autre")
    restauree.reussir("restaurer", tmp_path / "contrat.zip")

    for installation in (sqlite, restauree):
        sortie, plainte = installation.lancer(ICI / "continuer.py").communicate(timeout=60)
        assert (sortie, plainte) == (
            "agente reconnue : True\nexercice clos : refusé\nnuméro suivant : 4\nversion : 1 → 2\n",
            "",
        )
