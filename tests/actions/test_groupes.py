"""The list put together by commune, theme, porteur or status, each group with its own sums."""

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import Action, Theme
from financement.models import Financeur
from territoires.models import Commune, Organisme

pytestmark = pytest.mark.django_db
Agir = Callable[..., Action]
Ouvrir = Callable[[str], Any]


def _texte(cellule: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", cellule)).strip()


def _groupes(page: Any) -> list[list[str]]:
    """The headings of groups, cells that say nothing left out."""
    rangees = re.findall(r'<tr class="groupe">(.*?)</tr>', page.source, re.S)
    return [
        [texte for c in re.findall(r"<t[hd].*?</t[hd]>", r, re.S) if (texte := _texte(c))]
        for r in rangees
    ]


@pytest.fixture
def actions(agir: Agir) -> None:
    """Two communes, two themes, a porteur or none, a line refused, a sum partly unknown."""
    ales = Commune.objects.get_or_create(numero=1, nom="Alès", code_insee="30007")[0]
    bagard = Commune.objects.get_or_create(numero=2, nom="Bagard", code_insee="30027")[0]
    sport = Theme.objects.get_or_create(numero=2, defaults={"nom": "Sport"})[0]
    lire = Organisme.objects.create(nom="Lire")
    agir("Bal", commune=bagard, porteur=lire, montants={"CG": (30, 30, None)}, statut="ACCORDEE")
    agir("Club", commune=ales, theme=sport, montants={"CG": (9, 5, 1), "ETAT": (9, None, 1)})
    agir("École", commune=ales, porteur=lire, montants={"ETAT": (100, 100, 0)}, statut="ACCORDEE")
    agir("Fonds", commune=ales, nature="FONDS", montants={"CG": (7, 7, 7)})
    agir("Partout", montants={"VILLE": (1, None, None)})
    agir("Refusée", commune=ales, statut="REFUSEE", montants={"CG": (900, 900, 900)})


@pytest.mark.usefixtures("actions")
def test_chaque_groupe_a_son_compte_et_ses_sommes(ouvrir: Ouvrir) -> None:
    page = ouvrir("/actions/?groupe=commune&sort=-montant_accorde")
    assert _groupes(page) == [
        [
            "Alès : 2 actions (4 lignes, dont 2 non comptées)",
            *("125 €", "112 € , 1 inconnu".replace(" ,", ","), "9 €"),
        ],
        ["Bagard : 1 action", "30 €", "30 €", "—"],
        ["Transterritorial : 1 action", "1 €", "—", "—"],
    ]
    titres = re.findall(r'<a href="/actions/\d+/">(.*?)</a>', page.source)
    assert titres == ["Refusée", "École", "Fonds", "Club", "Bal", "Partout"]
    assert page.pied()[0] == "Total : 4 actions (6 lignes, dont 2 non comptées)"


@pytest.mark.usefixtures("actions")
@pytest.mark.parametrize(
    ("groupe", "attendus"),
    [
        ("theme", ["Culture : 3 actions (5 lignes, dont 2 non comptées)", "Sport : 1 action"]),
        (
            "porteur",
            ["Lire : 2 actions", "Sans porteur : 2 actions (4 lignes, dont 2 non comptées)"],
        ),
        (
            "statut",
            [
                *("Déposée : 2 actions (3 lignes, dont 1 non comptée)", "Accordée : 2 actions"),
                "Refusée : 0 action (1 ligne, dont 1 non comptée)",
            ],
        ),
    ],
)
def test_on_groupe_par(ouvrir: Ouvrir, groupe: str, attendus: list[str]) -> None:
    assert [titre for titre, *_ in _groupes(ouvrir(f"/actions/?groupe={groupe}"))] == attendus


@pytest.mark.usefixtures("actions")
def test_sous_un_financeur_les_sommes_sont_les_siennes(ouvrir: Ouvrir) -> None:
    page = ouvrir("/actions/?groupe=commune&financeur=ETAT&colonnes=montant_accorde")
    assert _groupes(page) == [["Alès : 2 actions", "100 €, 1 inconnu"]]


def test_les_groupes_publies_totalisent_ce_que_le_document_imprime(
    contrat_2004: None, ouvrir: Ouvrir
) -> None:
    """Whole groups, whatever the page; one that began on the page before says so."""
    deuxieme = ouvrir("/actions/?groupe=commune&page=2&colonnes=montant_accorde")
    troisieme = ouvrir("/actions/?groupe=commune&page=3&colonnes=montant_accorde")
    ales = ["Alès (suite) : 101 actions (102 lignes, dont 1 non comptée)", "563 152 €"]
    assert _groupes(deuxieme) == [ales]
    assert _groupes(troisieme)[:2] == [ales, ["Bagard : 2 actions", "3 200 €"]]
    assert "?groupe=commune&amp;colonnes=" in deuxieme.source


@pytest.mark.usefixtures("actions")
def test_les_fichiers_lus_par_des_gens_ont_leurs_sous_totaux(coordinatrice: Client) -> None:
    adresse = "/actions/?groupe=commune&colonnes=statut,montant_accorde&_export="
    csv = coordinatrice.get(f"{adresse}csv").getvalue().decode("utf-8-sig").splitlines()
    assert csv[:8] == [
        "Action;Statut;Accordé;Accordé, montants inconnus",
        "École;Accordée;100,00;0",
        "Fonds;Déposée;7,00;0",
        "Refusée;Refusée;900,00;0",
        "Club;Déposée;5,00;1",
        "Sous-total, Alès : 2 actions (4 lignes, dont 2 non comptées);;112,00;1",
        "Bal;Accordée;30,00;0",
        "Sous-total, Bagard : 1 action;;30,00;0",
    ]
    feuille = openpyxl.load_workbook(
        io.BytesIO(coordinatrice.get(f"{adresse}xlsx").getvalue())
    ).active
    assert feuille is not None
    gras = [
        [cellule.value for cellule in rangee]
        for rangee in feuille.iter_rows(min_row=5)
        if rangee[0].font.bold and str(rangee[0].value).startswith("Sous-total")
    ]
    assert gras == [
        ["Sous-total, Alès : 2 actions (4 lignes, dont 2 non comptées)", None, 112, 1],
        ["Sous-total, Bagard : 1 action", None, 30, 0],
        ["Sous-total, Transterritorial : 1 action", None, "—", 1],
    ]
    ouvert = coordinatrice.get(f"{adresse}csv-ouvert").getvalue().decode().splitlines()
    assert len(ouvert) == 7
    assert not any("total" in ligne for ligne in ouvert)


def test_le_nombre_de_requetes_ne_depend_pas_des_groupes(
    contrat_2004: None, coordinatrice: Client, agir: Agir
) -> None:
    for rang in range(60):
        agir(f"Action {rang}", porteur=Organisme.objects.create(nom=f"Porteur {rang}"))

    def requetes(adresse: str) -> int:
        with CaptureQueriesContext(connection) as lues:
            coordinatrice.get(adresse).getvalue()
        return len(lues)

    sans = requetes("/actions/?exercice=2005")
    assert requetes("/actions/?exercice=2005&groupe=porteur") == sans + 2
    assert requetes("/actions/?exercice=2005&groupe=porteur&per_page=25") == sans + 2
    assert requetes("/actions/?exercice=2005&groupe=porteur&page=2") == sans + 3
    assert (
        requetes("/actions/?exercice=2005&groupe=porteur&_export=csv")
        == requetes("/actions/?exercice=2005&_export=csv") + 2
    )


def test_un_compte_limite_ne_lit_que_ses_groupes(
    agente_d_ales: Client, actions: None, lire: Callable[[Any], Any]
) -> None:
    page = lire(agente_d_ales.get("/actions/?exercice=2005&groupe=commune"))
    assert [titre for titre, *_ in _groupes(page)] == [
        "Alès : 2 actions (4 lignes, dont 2 non comptées)"
    ]


@pytest.mark.usefixtures("actions")
def test_un_groupement_inconnu_se_dit(ouvrir: Ouvrir) -> None:
    page = ouvrir("/actions/?groupe=financeur")
    assert "« financeur » ne groupe pas cette liste" in page.alertes()
    assert _groupes(page) == []
    assert "ne groupe pas" in ouvrir("/communes/?groupe=commune").alertes()
    assert Financeur.objects.exists()
