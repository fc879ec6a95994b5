"""No file that leaves makes a spreadsheet compute, or call, what someone typed here."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from django.test import Client

from actions.models import Action
from territoires.models import Organisme
from tests.securite.conftest import Monde

FORMULES = (
    '=HYPERLINK("http://voleur.example";"2")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
)


@pytest.fixture(autouse=True)
def textes_hostiles(monde: Monde) -> None:
    modele = Action.objects.get(pk=monde.ales["action"])
    for rang, formule in enumerate(FORMULES):
        porteur = Organisme.objects.create(nom=f"{formule} n° {rang}")
        Action.objects.create(
            exercice=modele.exercice,
            theme=modele.theme,
            commune=modele.commune,
            porteur=porteur,
            intitule=formule,
            description=formule,
            public=formule,
            reference=f"{formule[:5]}{rang}",
        )


def telecharge(client: Client, adresse: str) -> bytes:
    reponse: Any = client.get(adresse)
    assert reponse.status_code == 200, adresse
    return b"".join(reponse.streaming_content) if reponse.streaming else reponse.content


LISTES = ("actions", "communes", "themes", "financeurs", "porteurs", "quartiers", "axes")


@pytest.mark.parametrize("liste", LISTES)
def test_une_cellule_du_csv_pour_excel_n_est_jamais_une_formule(chef: Client, liste: str) -> None:
    contenu = telecharge(chef, f"/{liste}/?_export=csv").decode("utf-8-sig")

    cellules = [c for ligne in csv.reader(io.StringIO(contenu), delimiter=";") for c in ligne]
    assert len(cellules) > 3
    assert [c for c in cellules if c.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@pytest.mark.parametrize("liste", LISTES)
def test_une_cellule_saisie_du_classeur_est_du_texte(chef: Client, liste: str) -> None:
    classeur = openpyxl.load_workbook(io.BytesIO(telecharge(chef, f"/{liste}/?_export=xlsx")))
    assert list(formules(classeur)) == []


def test_les_formules_du_bilan_ne_citent_rien_de_saisi(chef: Client) -> None:
    classeur = openpyxl.load_workbook(io.BytesIO(telecharge(chef, "/bilan/2004.xlsx")))
    suspectes = [f for f in formules(classeur) if "voleur" in f or "cmd" in f or "SUM(1)" in f]
    assert suspectes == []
    assert not [f for f in formules(classeur) if f in FORMULES]


def test_ni_dans_ce_qui_retourne_a_une_association(chef: Client) -> None:
    classeur = openpyxl.load_workbook(io.BytesIO(telecharge(chef, "/import/export/?exercice=2004")))
    assert not [f for f in formules(classeur) if f in FORMULES or "voleur" in f]


def formules(classeur: Any) -> Iterator[str]:
    for feuille in classeur:
        for ligne in feuille.iter_rows():
            for cellule in ligne:
                if cellule.data_type == "f":
                    yield str(cellule.value)
