"""The 2004 contract, an open year 2005, and files written by the tests."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import LazySettings

from actions.models import Exercice
from comptes.models import Utilisateur
from importation.correspondance import Correspondance
from importation.fiches import charger_fiches
from importation.lecture import lire
from importation.referentiel import Referentiel, charger_referentiel
from importation.verification import Verification, verifier_classeur

Ecrire = Callable[[str], Path]


@pytest.fixture(autouse=True)
def dossier_des_fichiers(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "fichiers"


@pytest.fixture
def exercice(contrat_2004: None) -> Exercice:
    return Exercice.objects.create(annee=2005)


@pytest.fixture
def ref(exercice: Exercice) -> Referentiel:
    return charger_referentiel(exercice)


@pytest.fixture
def agent(exercice: Exercice) -> Utilisateur:
    return Utilisateur.objects.create_superuser("nadia", password="mot-de-passe-long")


@pytest.fixture
def csv(tmp_path: Path) -> Ecrire:
    """Write a csv as Windows Excel does; lines are given as they are."""

    def ecrire(texte: str) -> Path:
        chemin = tmp_path / "actions.csv"
        chemin.write_bytes(texte.encode("cp1252"))
        return chemin

    return ecrire


@pytest.fixture
def xlsx(tmp_path: Path) -> Callable[[Sequence[Sequence[Any]]], Path]:
    def ecrire(lignes: Sequence[Sequence[Any]]) -> Path:
        classeur = openpyxl.Workbook()
        feuille = classeur.active
        assert feuille is not None
        feuille.title = "Actions"
        for ligne in lignes:
            feuille.append(list(ligne))
        chemin = tmp_path / "actions.xlsx"
        classeur.save(chemin)
        return chemin

    return ecrire


@pytest.fixture
def verifier_fichier(exercice: Exercice) -> Callable[..., Verification]:
    """The dry run of a file against the year 2005."""

    def verifier(chemin: Path, communes: Sequence[int] = (), **voulue: Any) -> Verification:
        return verifier_classeur(
            lire(chemin),
            charger_referentiel(exercice, communes),
            charger_fiches(exercice),
            Correspondance(**voulue),
        )

    return verifier
