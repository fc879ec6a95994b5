"""One figure, every format: the three tables read back from each and compared cell by cell."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pdfplumber
import pytest
from django.test import Client

from bilan.document import Rapport
from bilan.rapport import etablir_rapport
from bilan.rendus.csv import tableau_en_csv
from bilan.rendus.json import tableau_en_dict
from bilan.rendus.pdf import ecrire_pdf
from bilan.tableaux import Tableau
from comptes.models import Utilisateur
from tests.bilan.test_pages import Lecteur
from tests.bilan.test_pdf import cases, page_du_titre
from tests.bilan.test_xlsx import TABLEAUX, lignes, lire, rang_des_entetes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contrat_2004")]

Valeurs = list[list[Decimal]]
CODES = ("territorial", "thematique", "croise")


@pytest.fixture
def rapport() -> Rapport:
    return etablir_rapport(2004, date(2005, 3, 31))


def du_dataclass(tableau: Tableau) -> Valeurs:
    """Every number of a table, row by row; words or nothing in the place of a number are none."""
    return [
        [Decimal(c.valeur) for c in ligne.chiffres if c.valeur is not None and not c.vide]
        for ligne in tableau.toutes_les_lignes
    ]


def tableau_de(rapport: Rapport, code: str) -> Tableau:
    tableau = rapport.tableau(code)
    assert isinstance(tableau, Tableau)
    return tableau


def en_html(rapport: Rapport, code: str) -> Valeurs:
    client = Client()
    client.force_login(Utilisateur.objects.create_user(f"lectrice-{code}"))
    page = Lecteur(client.get("/bilan/2004/?tout=1").content.decode())
    return [[Decimal(valeur) for valeur, _ in ligne] for ligne in page.tableaux[code][1:]]


def en_csv(rapport: Rapport, code: str) -> Valeurs:
    texte = tableau_en_csv(tableau_de(rapport, code)).removeprefix("\ufeff")
    entetes, *lignes = csv.reader(io.StringIO(texte), delimiter=";")
    rangs = [
        rang
        for rang, entete in enumerate(entetes)
        if rang > 1 and entete != "Provenance" and not entete.endswith("(publié)")
    ]
    return [
        [Decimal(ligne[r].replace(",", ".")) for r in rangs if re.match(r"^-?\d", ligne[r])]
        for ligne in lignes
    ]


def en_json(rapport: Rapport, code: str) -> Valeurs:
    lu = json.loads(json.dumps(tableau_en_dict(tableau_de(rapport, code))))
    return [
        [Decimal(str(c["valeur"])) for c in ligne["chiffres"].values() if c["valeur"] is not None]
        for ligne in (*lu["lignes"], lu["total"])
    ]


def en_pdf(rapport: Rapport, code: str) -> Valeurs:
    """The rows of the page that bears the table's title, found by their number and label.

    The cross table stacks two figures a cell: a row of counts, then a row of amounts.
    """
    tableau = tableau_de(rapport, code)
    fichier = io.BytesIO()
    ecrire_pdf(rapport, fichier)
    with pdfplumber.open(fichier) as pdf:
        imprimees = cases(page_du_titre(pdf.pages, tableau.titre))
    lues = []
    for ligne in tableau.toutes_les_lignes:
        tete = [] if ligne.numero is None else [str(ligne.numero)]
        rang = next(
            rang
            for rang, imprimee in enumerate(imprimees)
            if imprimee[: len(tete)] == tete
            and len(imprimee) > len(tableau.groupes) // 2 + len(tete)
            and ligne.libelle.startswith(imprimee[len(tete)])
        )
        chiffres = imprimees[rang][len(tete) + 1 :]
        if code == "croise":
            dessus, dessous = iter(chiffres), iter(imprimees[rang + 1])
            chiffres = [
                next(dessous if colonne % 2 else dessus)
                for colonne, chiffre in enumerate(ligne.chiffres)
                if not chiffre.vide
            ]
        lues.append([valeur for chiffre in chiffres if (valeur := _nombre(chiffre)) is not None])
    return lues


def _nombre(texte: str) -> Decimal | None:
    """The number that a cell begins with: « 316 305 € », « 3 + FPH »; None of words."""
    trouve = re.match(r"\d[\d\u202f]*(?:,\d+)?", texte)
    if trouve is None:
        return None
    return Decimal(trouve[0].replace("\u202f", "").replace(",", "."))


def en_xlsx(rapport: Rapport, code: str) -> Valeurs:
    """The sheet's figures, under the heads that stay in sight; cached values, as a preview sees."""
    tableau = tableau_de(rapport, code)
    feuille = lire(rapport)[TABLEAUX[code]]
    debut = rang_des_entetes(feuille)
    lues = lignes(feuille)[debut : debut + len(tableau.toutes_les_lignes)]
    return [
        [
            Decimal(str(case))
            for case in ligne[2 : 2 + len(tableau.colonnes)]
            if isinstance(case, int | float)
        ]
        for ligne in lues
    ]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("lire", [en_html, en_pdf, en_xlsx, en_csv, en_json])
def test_chaque_format_donne_les_chiffres_du_rapport(
    rapport: Rapport, code: str, lire: Callable[[Rapport, str], Valeurs]
) -> None:
    assert lire(rapport, code) == du_dataclass(tableau_de(rapport, code))
